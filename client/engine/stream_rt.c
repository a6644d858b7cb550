// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/frames_rt.h"
#include "engine/source_rt.h"

#include <math.h>
#include <string.h>

#define SEAM_PIECE 256        ///< frames of a seam that are made at a time
#define SMOOTH_FRAMES 10      ///< on each side of a bare seam that are looked at
#define SMOOTH_BEND 1.5f      ///< times what is there anyway, that the waveform may bend at one
#define SMOOTH_LEAST 0x1p-15f ///< it may always

RT static inline int64_t
smaller(const int64_t a, const int64_t b)
{
  return a < b ? a : b;
}

// out[] = or += in[] * gain.
RT static void
add_frames(float* const out, const float* const in, const int64_t n, const float gain, const bool first)
{
  const uint32_t samples = 2 * (uint32_t)n;
  if (first && gain == 1.0f) {
    memcpy(out, in, samples * sizeof(float));
  } else if (first) {
    frames_scale_rt(out, in, samples, gain);
  } else if (gain != 0.0f) {
    frames_add_rt(out, in, samples, gain);
  }
}

RT static inline void
silence(float* const out, const int64_t n)
{
  memset(out, 0, (size_t)n * 2 * sizeof(float));
}

// Frames at .. at + n of one stem at one gain; outside the track, or where a chunk is missing: silence.
RT static void
add_stem(const Stem* const stem, int64_t at, float* out, int64_t n, const float gain, const bool first)
{
  while (n) {
    int64_t      run;
    const float* chunk = NULL;
    if (at < 0) {
      run = smaller(n, -at);
    } else if (at >= stem->end) {
      run = n;
    } else {
      run   = smaller(smaller(n, CHUNK_FRAMES - at % CHUNK_FRAMES), stem->end - at);
      chunk = track_chunk_rt(stem->track, at);
    }
    if (chunk) {
      add_frames(out, chunk + 2 * (at % CHUNK_FRAMES), run, gain, first);
    } else if (first) {
      silence(out, run);
    }
    at += run;
    out += 2 * run;
    n -= run;
  }
}

// The sum of all stems, no loop regarded.  gains[] go on towards their targets.
RT static void
mix_stems(const Source* const s, const int64_t at, float* const out, const int64_t n, float gains[MAX_STEMS])
{
  if (!s->nsounding) {
    silence(out, n);
  }
  for (uint32_t k = 0; k < s->nsounding; ++k) {
    const uint8_t     i    = s->sounding[k];
    const Stem* const stem = &s->stem[i];
    int64_t           done = 0;
    while (done < n && gains[i] != stem->target) {
      // One frame after the other, so that the gain is the same however the reading is cut
      const float way  = stem->target - gains[i];
      const float move = way > s->slew ? s->slew : way < -s->slew ? -s->slew : way;
      add_stem(stem, at + done, out + 2 * done, 1, gains[i], k == 0);
      gains[i] = move == way ? stem->target : gains[i] + move;
      ++done;
    }
    if (done < n) {
      add_stem(stem, at + done, out + 2 * done, n - done, gains[i], k == 0);
    }
  }
}

// The largest second difference in n stereo frames.
RT static float
bend_of(const float* const x, const int64_t n)
{
  float most = 0.0f;
  for (int64_t i = 4; i < 2 * n; ++i) {
    const float bend = fabsf(x[i] - 2.0f * x[i - 2] + x[i - 4]);
    most             = bend > most ? bend : most;
  }
  return most;
}

// Whether frame `start` follows on frame `end` - 1 about as smoothly as frames follow on each other around there.
RT static bool
goes_on(const Stream* const st, const Source* const s, const int64_t start, const int64_t end)
{
  float         x[2 * SMOOTH_FRAMES * 2];
  float         gains[MAX_STEMS];
  const int64_t n = smaller(SMOOTH_FRAMES, (end - start) / 2);
  memcpy(gains, st->gain, sizeof(gains));
  mix_stems(s, end - n, x, n, gains);
  memcpy(gains, st->gain, sizeof(gains));
  mix_stems(s, start, x + 2 * n, n, gains);
  const float tail = bend_of(x, n), head = bend_of(x + 2 * n, n);
  const float here = bend_of(x + 2 * (n - 2), 4); // the four frames across
  return here <= SMOOTH_BEND * (tail > head ? tail : head) + SMOOTH_LEAST;
}

RT static Seam
seam_of(const Stream* const st, const Source* const s, const int64_t start, const int64_t end)
{
  if (start >= LEAD_MIN) {
    return SEAM_COVERED;
  }
  return goes_on(st, s, start, end) ? SEAM_SMOOTH : SEAM_BARE;
}

// What stands in for the frames that end `left` frames before a loop's start.  gains[] as they are for its end.
RT static void
read_lead(const Stream* const st,
          const Source* const s,
          const int64_t       start,
          const int64_t       left,
          float* const        lead,
          const int64_t       n)
{
  float gains[MAX_STEMS];
  memcpy(gains, st->gain, sizeof(gains));
  if (st->seam == SEAM_COVERED) {
    mix_stems(s, start - left, lead, n, gains);
    return;
  }
  float first[2];
  float after[2 * LEAD_MIN];
  mix_stems(s, start, first, 1, gains);
  memcpy(gains, st->gain, sizeof(gains));
  mix_stems(s, start + left - n + 1, after, n, gains); // the last of them is `left` frames behind the first
  for (int64_t i = 0; i < n; ++i) {
    for (int side = 0; side < 2; ++side) {
      lead[2 * i + side] = 2.0f * first[side] - after[2 * (n - 1 - i) + side];
    }
  }
}

// The stem sum within one turn of the loop, with the seam before its end.
RT static void
read_turn(Stream* const st, const Source* const s, float* out, int64_t n)
{
  while (n) {
    int64_t start, end;
    if (!source_loop_rt(s, &st->loop, st->next, &start, &end)) {
      mix_stems(s, st->next, out, n, st->gain);
      st->next += n;
      return;
    }
    const int64_t seam = source_seam_rt(s, start, end);
    const int64_t into = st->next - (end - seam); // the seam, if not negative
    int64_t       run  = smaller(n, into < 0 ? -into : end - st->next);
    if (into >= 0 && (into == 0 || st->seam == SEAM_UNKNOWN)) {
      st->seam = seam_of(st, s, start, end);
    }
    if (into < 0 || st->seam == SEAM_SMOOTH) {
      mix_stems(s, st->next, out, run, st->gain);
    } else {
      float lead[2 * SEAM_PIECE];
      run = smaller(run, SEAM_PIECE);
      read_lead(st, s, start, end - st->next, lead, run);
      mix_stems(s, st->next, out, run, st->gain);
      const float slope = 1.0f / (float)(seam + 1);
      for (int64_t i = 0; i < run; ++i) {
        const float a  = (float)(into + i + 1) * slope;
        out[2 * i]     = out[2 * i] + (lead[2 * i] - out[2 * i]) * a;
        out[2 * i + 1] = out[2 * i + 1] + (lead[2 * i + 1] - out[2 * i + 1]) * a;
      }
    }
    st->next += run;
    out += 2 * run;
    n -= run;
    if (st->next >= end) {
      st->next = start;
      st->seam = SEAM_UNKNOWN;
      return;
    }
  }
}

RT static void
note_jump(Stream* const st)
{
  const StreamJump j                    = {st->count, st->next};
  st->jump[st->njumps++ % STREAM_JUMPS] = j;
  st->njumps                            = st->njumps >= 2 * STREAM_JUMPS ? st->njumps - STREAM_JUMPS : st->njumps;
}

// As many of `n` frames as can be given before the loop jumps; makes the jump.
RT static int64_t
read_to_jump(Stream* const st, const Source* const s, float* const out, const int64_t n)
{
  int64_t       start, end;
  const bool    loops = source_loop_rt(s, &st->loop, st->next, &start, &end);
  const int64_t run   = loops ? smaller(n, end - st->next) : n;
  read_turn(st, s, out, run);
  st->count += run;
  if (loops && st->next == start && run) {
    note_jump(st);
  }
  return run;
}

// The gain around holes: down to 0 before the hole that lies `clear` frames ahead, up again after one.
RT static void
apply_gate(Stream* const st, float* const out, const int64_t n, const int64_t clear, const uint32_t fade)
{
  const float rise = 1.0f / (float)fade;
  for (int64_t i = 0; i < n; ++i) {
    const float left = (float)(clear - i); // frames until the hole
    if (st->gate > left * rise) {
      st->gate -= st->gate / left;
    } else if (st->gate < 1.0f && st->gate + rise <= (left - 1.0f) * rise) {
      st->gate = st->gate + rise < 1.0f ? st->gate + rise : 1.0f;
    }
    out[2 * i] *= st->gate;
    out[2 * i + 1] *= st->gate;
  }
}

RT void
stream_start_rt(Stream* const st, const Source* const s, const int64_t at, float* const out, const uint32_t before)
{
  for (int i = 0; i < MAX_STEMS; ++i) {
    st->gain[i] = s->stem[i].target;
  }
  float gains[MAX_STEMS];
  memcpy(gains, st->gain, sizeof(gains));
  mix_stems(s, at - before, out, before, gains);
  st->loop          = s->loop;
  st->seam          = SEAM_UNKNOWN;
  st->jump[0].at    = 0;
  st->jump[0].frame = at - before;
  st->njumps        = 1;
  st->count         = before;
  st->next          = at;
  st->hole          = false;
  st->gate          = source_clear_rt(s, &st->loop, at, 1) ? 1.0f : 0.0f;
  st->broken        = false;
  st->starved       = false;
}

RT void
stream_read_rt(Stream* const st, const Source* const s, float* out, uint32_t n, const uint32_t fade)
{
  while (n) {
    const int64_t clear = source_clear_rt(s, &st->loop, st->next, (int64_t)n + fade);
    int64_t       run;
    if (clear) {
      run        = smaller(n, clear);
      st->hole   = false;
      st->broken = false;
      for (int64_t done = 0; done < run;) {
        done += read_to_jump(st, s, out + 2 * done, run - done);
      }
      if (clear < (int64_t)n + fade || st->gate < 1.0f) {
        apply_gate(st, out, run, clear < (int64_t)n + fade ? clear : INT32_MAX, fade);
      }
    } else {
      st->starved = st->starved || !st->hole;
      st->hole    = true;
      st->broken  = source_broken_rt(s, st->next);
      st->gate    = 0.0f;
      run         = smaller(n, CHUNK_FRAMES - st->next % CHUNK_FRAMES);
      run         = read_to_jump(st, s, out, run);
      silence(out, run);
    }
    out += 2 * run;
    n -= (uint32_t)run;
  }
}

RT int64_t
stream_frame_rt(const Stream* const st, const int64_t at)
{
  const uint32_t oldest = st->njumps > STREAM_JUMPS ? st->njumps - STREAM_JUMPS : 0;
  uint32_t       i      = st->njumps - 1;
  while (i > oldest && st->jump[i % STREAM_JUMPS].at > at) {
    --i;
  }
  const StreamJump* const j = &st->jump[i % STREAM_JUMPS];
  return j->frame + (at - j->at);
}
