// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DSP_DENORMAL_H
#define DSP_DENORMAL_H

// Denormal numbers cost a hundred times a normal one.  Every audio thread of ours sets flush-to-zero for good; a
// plugin, whose thread belongs to the host, sets it for the length of run() and puts back what it found.  Any thread.

#include "dsp/rt.h"

#include <stdint.h>

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

typedef struct {
  uint64_t word; ///< the floating-point control register as it was
} DenormalGuard;

#define DENORMAL_SSE 0x8040u ///< FTZ | DAZ

/// Flush denormals to zero on this thread; returns what was set before.  Where that is so already, nothing is written:
/// a write holds the processor up for longer than some blocks take.
RT static inline DenormalGuard
denormal_guard_enter(void)
{
  DenormalGuard g = {0};
#if defined(__SSE__)
  const unsigned csr = _mm_getcsr();
  g.word             = csr;
  if ((csr & DENORMAL_SSE) != DENORMAL_SSE) {
    _mm_setcsr(csr | DENORMAL_SSE);
  }
#elif defined(__aarch64__)
  uint64_t fpcr;
  __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
  g.word = fpcr;
  __asm__ volatile("msr fpcr, %0" : : "r"(fpcr | (1ull << 24))); // FZ
#endif
  return g;
}

RT static inline void
denormal_guard_leave(DenormalGuard g)
{
#if defined(__SSE__)
  if ((g.word & DENORMAL_SSE) != DENORMAL_SSE) {
    _mm_setcsr((unsigned)g.word);
  }
#elif defined(__aarch64__)
  __asm__ volatile("msr fpcr, %0" : : "r"(g.word));
#else
  (void)g;
#endif
}

#endif
