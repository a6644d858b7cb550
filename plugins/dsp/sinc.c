// SPDX-License-Identifier: GPL-3.0-or-later
#include "dsp/sinc.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// A bank is the kernel for one range of steps: `phases` + 1 rows of `taps` coefficients.  Row p is the kernel at the
// fraction p / phases; between two rows coefficients are interpolated linearly.  Wider kernels (lower cut-offs) are
// smoother in proportion, so that they do with fewer rows.
//
// Within a row each group of 8 taps is stored as 0 1 4 5 2 3 6 7: unpacking the low and the high halves of a 256-bit
// register (or of its 128-bit halves) then gives each coefficient twice, in the order of interleaved stereo frames.
typedef struct {
  SincPos      max_step; ///< for steps up to and including this one
  const float* rows;
  uint32_t     taps;       ///< a multiple of 8, at most SINC_BEFORE + SINC_AFTER + 1
  uint32_t     phase_bits; ///< log2 of the number of phases
} Bank;

#define MAX_TAPS (SINC_BEFORE + SINC_AFTER + 1)
#define FINE_BANKS 24 // half semitones above step 1, for one octave
#define WIDE_BANKS 18 // then whole tones, for three
#define BANKS (1 + FINE_BANKS + WIDE_BANKS)

typedef struct {
  const float* in;
  float*       left;
  float*       right;
  SincPos      pos, step, dstep;
} Reading;

typedef void (*ReadRun)(const Bank* b, Reading* r, uint32_t n) RT; ///< n frames, whose steps lie within the bank

struct SincTable {
  ReadRun read_run; ///< the fastest of this machine
  Bank    bank[BANKS];
  float*  store;
};

// ---- design -------------------------------------------------------------------------------------------------------

// Modified Bessel function of the first kind, order 0, by its power series.
static double
bessel_i0(const double x)
{
  double sum = 1.0, term = 1.0;
  for (int k = 1; term > sum * 1e-17; ++k) {
    const double h = x / (2.0 * k);
    term *= h * h;
    sum += term;
  }
  return sum;
}

typedef struct {
  double cutoff; ///< cycles per input frame, where the response is at one half
  double beta;   ///< of the Kaiser window
} Design;

// Kaiser's formulas: attenuation A needs a transition band of (A - 7.95) / (2.285 * 2 pi * (taps - 1)).
static Design
design_of_bank(const double step, const uint32_t taps, const double full_db)
{
  const double per_db = 1.0 / (2.285 * 2.0 * M_PI * (taps - 1));
  // No wider than the band itself: at steps beyond the widest kernel attenuation is what gives
  const double wanted  = (full_db - 7.95) * per_db;
  const double width   = fmin(wanted, 0.7 / step);
  const double atten   = 7.95 + width / per_db;
  const double nyquist = 0.5 / step; // of the output
  // At step 1 the cut-off is the Nyquist frequency, which makes the kernel a unit pulse at whole positions.  Above, it
  // moves down until most of the transition band lies below the output's Nyquist frequency.
  const double margin = fmin(0.375 * (1.0 - 1.0 / step), 0.3 * width);
  const Design d      = {nyquist - margin,
                    atten > 50.0 ? 0.1102 * (atten - 8.7)
                                      : 0.5842 * pow(fmax(atten - 21.0, 0.0), 0.4) + 0.07886 * fmax(atten - 21.0, 0.0)};
  return d;
}

static void
fill_bank(float* const rows, const Bank* const b, const Design d)
{
  static const uint32_t place[8] = {0, 1, 4, 5, 2, 3, 6, 7}; // its own inverse
  const uint32_t        phases   = 1u << b->phase_bits;
  const double          half     = b->taps / 2.0;
  const double          scale    = 1.0 / bessel_i0(d.beta);
  for (uint32_t p = 0; p <= phases; ++p) {
    double       h[MAX_TAPS];
    double       sum      = 0.0;
    const double fraction = (double)p / phases;
    for (uint32_t k = 0; k < b->taps; ++k) {
      const double t = (double)k - (half - 1.0) - fraction; // frames from the position
      const double x = t / half;
      const double w = x * x < 1.0 ? bessel_i0(d.beta * sqrt(1.0 - x * x)) * scale : 0.0;
      const double a = 2.0 * d.cutoff * t;
      const double s = a == 0.0 ? 1.0 : a == rint(a) ? 0.0 : sin(M_PI * a) / (M_PI * a);
      h[k]           = s * w;
      sum += h[k];
    }
    for (uint32_t k = 0; k < b->taps; ++k) {
      rows[p * b->taps + (k & ~7u) + place[k & 7u]] = (float)(h[k] / sum);
    }
  }
}

// ---- reading ------------------------------------------------------------------------------------------------------

#if defined(__clang__)
#define UNROLL // it does by itself
#else
#define UNROLL _Pragma("GCC unroll 8")
#endif

typedef float v4 __attribute__((vector_size(16)));

RT static inline v4
load4(const float* const p)
{
  v4 v;
  memcpy(&v, p, sizeof(v));
  return v;
}

RT static inline const float*
row_of(const Bank* const b, const SincPos pos, const uint32_t taps, float* const fraction)
{
  const uint32_t f = (uint32_t)pos;
  *fraction        = (float)(int32_t)((f << b->phase_bits) >> 8) * 0x1p-24f;
  return b->rows + (size_t)(f >> (32 - b->phase_bits)) * taps;
}

RT static inline const float*
first_frame(const float* const in, const SincPos pos, const uint32_t taps)
{
  return in + 2 * ((pos >> 32) - (int64_t)(taps / 2 - 1));
}

// One frame, for every machine: 4 floats at a time, in portable vectors.
RT static inline v4
frame_plain(const Bank* const b, const float* const all, const SincPos pos, const uint32_t taps)
{
  float              fraction;
  const float* const row = row_of(b, pos, taps, &fraction);
  const float* const in  = first_frame(all, pos, taps);
  const v4           f   = {fraction, fraction, fraction, fraction};
  v4                 s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
  UNROLL for (uint32_t k = 0; k < taps; k += 8)
  {
    const v4 a0 = load4(row + k), a1 = load4(row + k + 4);
    const v4 c0 = a0 + f * (load4(row + taps + k) - a0);
    const v4 c1 = a1 + f * (load4(row + taps + k + 4) - a1);
    s0 += __builtin_shufflevector(c0, c0, 0, 0, 1, 1) * load4(in + 2 * k);
    s1 += __builtin_shufflevector(c1, c1, 0, 0, 1, 1) * load4(in + 2 * k + 4);
    s2 += __builtin_shufflevector(c0, c0, 2, 2, 3, 3) * load4(in + 2 * k + 8);
    s3 += __builtin_shufflevector(c1, c1, 2, 2, 3, 3) * load4(in + 2 * k + 12);
  }
  return (s0 + s1) + (s2 + s3);
}

RT static inline void
run_plain(const Bank* const b, Reading* const r, const uint32_t n, const uint32_t taps)
{
  const float* const in    = r->in;
  float* const       left  = r->left;
  float* const       right = r->right;
  SincPos            pos = r->pos, step = r->step;
  for (uint32_t i = 0; i < n; ++i) {
    const v4 s = frame_plain(b, in, pos, taps);
    left[i]    = s[0] + s[2];
    right[i]   = s[1] + s[3];
    pos += step;
    step += r->dstep;
  }
  r->pos  = pos;
  r->step = step;
}

#if defined(__x86_64__)
// One frame, 8 floats at a time with fused multiply-add: left and right, in two parts yet to be added.
__attribute__((target("avx2,fma"), always_inline)) RT static inline __m128
frame_avx2(const Bank* const b, const float* const all, const SincPos pos, const uint32_t taps)
{
  float              fraction;
  const float* const row = row_of(b, pos, taps, &fraction);
  const float* const in  = first_frame(all, pos, taps);
  const __m256       f   = _mm256_set1_ps(fraction);
  __m256             s0 = _mm256_setzero_ps(), s1 = _mm256_setzero_ps();
  UNROLL for (uint32_t k = 0; k < taps; k += 8)
  {
    const __m256 a = _mm256_loadu_ps(row + k);
    const __m256 c = _mm256_fmadd_ps(f, _mm256_sub_ps(_mm256_loadu_ps(row + taps + k), a), a);
    s0             = _mm256_fmadd_ps(_mm256_unpacklo_ps(c, c), _mm256_loadu_ps(in + 2 * k), s0);
    s1             = _mm256_fmadd_ps(_mm256_unpackhi_ps(c, c), _mm256_loadu_ps(in + 2 * k + 8), s1);
  }
  const __m256 s = _mm256_add_ps(s0, s1);
  return _mm_add_ps(_mm256_castps256_ps128(s), _mm256_extractf128_ps(s, 1));
}

// Four frames at a time share the sums across lanes; those left over take the same sums one by one.
__attribute__((target("avx2,fma"), always_inline)) RT static inline void
run_avx2(const Bank* const b, Reading* const r, const uint32_t n, const uint32_t taps)
{
  const float* const in    = r->in;
  float* const       left  = r->left;
  float* const       right = r->right;
  const SincPos      dstep = r->dstep;
  SincPos            pos = r->pos, step = r->step;
  uint32_t           i = 0;
  for (; i + 4 <= n; i += 4) {
    __m128 q[4];
    UNROLL for (int k = 0; k < 4; ++k)
    {
      q[k] = frame_avx2(b, in, pos, taps);
      pos += step;
      step += dstep;
    }
    const __m128 h0 = _mm_add_ps(_mm_movelh_ps(q[0], q[1]), _mm_movehl_ps(q[1], q[0]));
    const __m128 h1 = _mm_add_ps(_mm_movelh_ps(q[2], q[3]), _mm_movehl_ps(q[3], q[2]));
    _mm_storeu_ps(left + i, _mm_shuffle_ps(h0, h1, _MM_SHUFFLE(2, 0, 2, 0)));
    _mm_storeu_ps(right + i, _mm_shuffle_ps(h0, h1, _MM_SHUFFLE(3, 1, 3, 1)));
  }
  for (; i < n; ++i) {
    const __m128 q = frame_avx2(b, in, pos, taps);
    const __m128 h = _mm_add_ps(q, _mm_movehl_ps(q, q));
    left[i]        = _mm_cvtss_f32(h);
    right[i]       = _mm_cvtss_f32(_mm_shuffle_ps(h, h, 1));
    pos += step;
    step += dstep;
  }
  r->pos  = pos;
  r->step = step;
}

__attribute__((target("avx2,fma"))) RT static void
read_run_avx2(const Bank* const b, Reading* const r, const uint32_t n)
{
  switch (b->taps) { // constant loop counts for the common ones
    case 16:
      run_avx2(b, r, n, 16);
      break;
    case 24:
      run_avx2(b, r, n, 24);
      break;
    case 32:
      run_avx2(b, r, n, 32);
      break;
    case 40:
      run_avx2(b, r, n, 40);
      break;
    default:
      run_avx2(b, r, n, b->taps);
  }
}
#endif

RT static void
read_run_plain(const Bank* const b, Reading* const r, const uint32_t n)
{
  switch (b->taps) {
    case 16:
      run_plain(b, r, n, 16);
      break;
    case 24:
      run_plain(b, r, n, 24);
      break;
    case 32:
      run_plain(b, r, n, 32);
      break;
    default:
      run_plain(b, r, n, b->taps);
  }
}

// How many of `n` frames lie within bank `b`, of which the first does.
RT static inline uint32_t
frames_in_bank(const Bank* const b, const SincPos step, const SincPos dstep, const uint32_t n)
{
  const SincPos above = b->max_step == SINC_ONE ? 0 : b[-1].max_step;
  const SincPos count = dstep > 0 ? (b->max_step - step) / dstep + 1 : dstep < 0 ? (step - above - 1) / -dstep + 1 : n;
  return count < 1 ? 1 : count < n ? (uint32_t)count : n;
}

// Bit for bit.
RT static inline void
copy(const float* const in, float* const out[2], const uint32_t n)
{
  float* const left  = out[0];
  float* const right = out[1];
  uint32_t     i     = 0;
  for (; i + 4 <= n; i += 4) {
    const v4 a = load4(in + 2 * i), b = load4(in + 2 * i + 4);
    const v4 l = __builtin_shufflevector(a, b, 0, 2, 4, 6);
    const v4 r = __builtin_shufflevector(a, b, 1, 3, 5, 7);
    memcpy(left + i, &l, sizeof(l));
    memcpy(right + i, &r, sizeof(r));
  }
  for (; i < n; ++i) {
    left[i]  = in[2 * i];
    right[i] = in[2 * i + 1];
  }
}

RT static inline void
read_with(const ReadRun          read_run,
          const SincTable* const t,
          const float* const     in,
          SincPos* const         pos,
          SincPos* const         step,
          const SincPos          dstep,
          float* const           out[2],
          const uint32_t         n)
{
  if (*step == SINC_ONE && !dstep && !(uint32_t)*pos) {
    copy(in + 2 * (*pos >> 32), out, n);
    *pos += (SincPos)n << 32;
    return;
  }
  Reading  r = {in, out[0], out[1], *pos, *step, dstep};
  uint32_t b = 0;
  for (uint32_t left = n; left;) {
    while (b + 1 < BANKS && r.step > t->bank[b].max_step) {
      ++b;
    }
    while (b && r.step <= t->bank[b - 1].max_step) {
      --b;
    }
    const uint32_t run = frames_in_bank(&t->bank[b], r.step, dstep, left);
    read_run(&t->bank[b], &r, run);
    r.left += run;
    r.right += run;
    left -= run;
  }
  *pos  = r.pos;
  *step = r.step;
}

RT void
sinc_read_rt(const SincTable* const t,
             const float* const     in,
             SincPos* const         pos,
             SincPos* const         step,
             const SincPos          dstep,
             float* const           out[2],
             const uint32_t         n)
{
  read_with(t->read_run, t, in, pos, step, dstep, out, n);
}

RT void
sinc_read_plain_rt(const SincTable* const t,
                   const float* const     in,
                   SincPos* const         pos,
                   SincPos* const         step,
                   const SincPos          dstep,
                   float* const           out[2],
                   const uint32_t         n)
{
  read_with(read_run_plain, t, in, pos, step, dstep, out, n);
}

// ---- tables -------------------------------------------------------------------------------------------------------

static SincTable*
table_new(const uint32_t taps_at_1, const double atten_db)
{
  SincTable* const t = calloc(1, sizeof(*t));
  if (!t) {
    return NULL;
  }
  size_t total = 0;
  double steps[BANKS];
  for (int i = 0; i < BANKS; ++i) {
    Bank* const b = &t->bank[i];
    steps[i]      = i <= FINE_BANKS ? exp2(i / 24.0) : exp2(1.0 + (i - FINE_BANKS) / 6.0);
    b->max_step   = (SincPos)(steps[i] * 0x1p32);
    b->taps       = (uint32_t)ceil(taps_at_1 * steps[i] / 8.0 - 1e-9) * 8;
    b->taps       = b->taps < MAX_TAPS ? b->taps : MAX_TAPS;
    b->phase_bits = steps[i] < 2.0 ? 9 : steps[i] < 4.0 ? 8 : steps[i] < 8.0 ? 7 : 6;
    total += (size_t)((1u << b->phase_bits) + 1) * b->taps;
  }
  t->bank[BANKS - 1].max_step = INT64_MAX;
  t->store                    = aligned_alloc(64, (total * sizeof(float) + 63) / 64 * 64);
  if (!t->store) {
    free(t);
    return NULL;
  }
  float* rows = t->store;
  for (int i = 0; i < BANKS; ++i) {
    Bank* const b = &t->bank[i];
    b->rows       = rows;
    fill_bank(rows, b, design_of_bank(steps[i], b->taps, atten_db));
    rows += (size_t)((1u << b->phase_bits) + 1) * b->taps;
  }
  t->read_run = read_run_plain;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    t->read_run = read_run_avx2;
  }
#endif
  return t;
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static SincTable*      tables[2];
static unsigned        users[2];

const SincTable*
sinc_table(const SincQuality quality)
{
  const int which = quality == SINC_32;
  pthread_mutex_lock(&lock);
  if (!tables[which]) {
    tables[which] = which ? table_new(32, 100.0) : table_new(16, 88.0);
  }
  const SincTable* const t = tables[which];
  users[which] += t != NULL;
  pthread_mutex_unlock(&lock);
  return t;
}

void
sinc_table_release(const SincTable* const t)
{
  pthread_mutex_lock(&lock);
  for (int i = 0; t && i < 2; ++i) {
    if (tables[i] == t && !--users[i]) {
      free(tables[i]->store);
      free(tables[i]);
      tables[i] = NULL;
    }
  }
  pthread_mutex_unlock(&lock);
}
