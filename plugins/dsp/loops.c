// SPDX-License-Identifier: GPL-3.0-or-later
#include "dsp/loops.h"

#include <stddef.h>

typedef float   Quad __attribute__((vector_size(16)));
typedef int32_t QuadMask __attribute__((vector_size(16)));
typedef double  Four __attribute__((vector_size(32)));
typedef double  Eight __attribute__((vector_size(64)));

#define LOOPS plain
#define LOOP_TARGET
#if defined(__aarch64__)
#include <arm_neon.h>
#define MADD(a, b, c) ((Pair)vfmaq_f64((float64x2_t)(c), (float64x2_t)(a), (float64x2_t)(b)))
#else
#define MADD(a, b, c) ((a) * (b) + (c))
#endif
#define WIDEN(v) __builtin_convertvector(v, Four)
#define NARROW(v) __builtin_convertvector(v, Quad)
#include "dsp/loops_body.h"
#undef LOOPS
#undef LOOP_TARGET
#undef MADD
#undef WIDEN
#undef NARROW

#if defined(__x86_64__)
#include <immintrin.h>
#define LOOPS fused
#define LOOP_TARGET __attribute__((target("avx,fma")))
#define MADD(a, b, c) ((Pair)_mm_fmadd_pd((__m128d)(a), (__m128d)(b), (__m128d)(c)))
#define MADD4(a, b, c) ((Four)_mm256_fmadd_pd((__m256d)(a), (__m256d)(b), (__m256d)(c)))
#define WIDEN(v) ((Four)_mm256_cvtps_pd((__m128)(v)))
#define NARROW(v) ((Quad)_mm256_cvtpd_ps((__m256d)(v)))
#include "dsp/loops_body.h"
#undef LOOPS
#undef LOOP_TARGET
#define LOOPS wide
#define LOOP_TARGET __attribute__((target("avx,fma,avx512f,avx512dq,avx512vl")))
#define MADD8(a, b, c) ((Eight)_mm512_fmadd_pd((__m512d)(a), (__m512d)(b), (__m512d)(c)))
#include "dsp/loops_body.h"
#endif

const Loops*
loops_nth(const int n)
{
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool can_fuse = __builtin_cpu_supports("avx") && __builtin_cpu_supports("fma");
  if (n == 1 && can_fuse) {
    return &fused;
  }
  if (n == 2 && can_fuse && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
    return &wide;
  }
#endif
  return n == 0 ? &plain : NULL;
}

const Loops*
loops_best(void)
{
  const Loops* best = NULL;
  for (int n = 0; loops_nth(n); ++n) {
    best = loops_nth(n);
  }
  return best;
}
