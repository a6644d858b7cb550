// SPDX-License-Identifier: GPL-3.0-or-later
#include "dsp/still.h"

#include <stddef.h>

#define LOOPS plain
#define LOOP_TARGET
#if defined(__aarch64__)
#include <arm_neon.h>
#define MADD(a, b, c) ((Pair)vfmaq_f64((float64x2_t)(c), (float64x2_t)(a), (float64x2_t)(b)))
#else
#define MADD(a, b, c) ((a) * (b) + (c))
#endif
#include "dsp/still_loops.h"
#undef LOOPS
#undef LOOP_TARGET
#undef MADD

#if defined(__x86_64__)
#include <immintrin.h>
#define LOOPS fused
#define LOOP_TARGET __attribute__((target("avx,fma")))
#define MADD(a, b, c) ((Pair)_mm_fmadd_pd((__m128d)(a), (__m128d)(b), (__m128d)(c)))
#include "dsp/still_loops.h"
#endif

const StillLoops*
still_loops_plain(void)
{
  return &plain;
}

const StillLoops*
still_loops(void)
{
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx") && __builtin_cpu_supports("fma")) {
    return &fused;
  }
#endif
  return &plain;
}
