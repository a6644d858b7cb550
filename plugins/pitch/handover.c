// SPDX-License-Identifier: GPL-3.0-or-later
#include "pitch/handover.h"

#include <math.h>
#include <stdlib.h>

#define WINDOW 10e-3 // seconds compared
#define REACH 5e-3   // of lag: half a period of 100 Hz,
#define SURE 0.98f   // for what is one tone, by this correlation;
#define NEAR 1e-3    // of lag, for everything else: hits stay in time
#define FADE 20e-3
#define COARSE 8   // frames summed for the first search
#define COST 0.15f // of the longest lag
#define SLACK 8u   // frames that the last step of the search looks further

bool
handover_init(Handover* const ho, const double rate)
{
  ho->reach      = (uint32_t)(rate * REACH) + SLACK;
  ho->length     = (uint32_t)(rate * WINDOW) + 2 * ho->reach;
  ho->fade       = (uint32_t)(rate * FADE);
  ho->old_frames = calloc(2 * (size_t)ho->length, sizeof(float));
  ho->new_frames = calloc(2 * (size_t)ho->length, sizeof(float));
  ho->coarse     = calloc(4 * ((size_t)ho->length / COARSE + 1), sizeof(float));
  return ho->old_frames && ho->new_frames && ho->coarse;
}

void
handover_release(Handover* const ho)
{
  free(ho->old_frames);
  free(ho->new_frames);
  free(ho->coarse);
}

RT void
handover_begin_rt(Handover* const ho)
{
  ho->at = 0;
}

RT bool
handover_record_rt(Handover* const ho, float* const old_planes[2], float* const new_planes[2], const uint32_t n)
{
  for (uint32_t i = 0; i < n && ho->at < ho->length; ++i, ++ho->at) {
    for (uint32_t c = 0; c < 2; ++c) {
      ho->old_frames[2 * ho->at + c] = old_planes[c][i];
      ho->new_frames[2 * ho->at + c] = new_planes[c][i];
    }
  }
  return ho->at == ho->length;
}

RT static void
coarsen(float* const to, const float* const from, const uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    to[2 * i] = to[2 * i + 1] = 0.0f;
    for (uint32_t k = 0; k < COARSE; ++k) {
      to[2 * i] += from[2 * (i * COARSE + k)];
      to[2 * i + 1] += from[2 * (i * COARSE + k) + 1];
    }
  }
}

/// The best lag of `reach` coarse frames at most.
RT static SpliceMatch
search(const Handover* const ho, const int32_t reach)
{
  const uint32_t n     = ho->length - 2 * ho->reach;
  const uint32_t count = ho->length / COARSE;
  const float *  a = ho->coarse, *b = a + (size_t)2 * count;
  SpliceMatch    best = {0.0, 0.0f, -1e9f};
  splice_search_rt(a + 2 * (size_t)reach, b + 2 * (size_t)reach, count - 2 * (uint32_t)reach, -reach, reach, 0.0,
                   COST / (float)reach, &best);
  return splice_refine_rt(ho->old_frames + (size_t)2 * ho->reach, ho->new_frames + (size_t)2 * ho->reach, n,
                          best.lag * COARSE);
}

RT double
handover_match_rt(Handover* const ho, const bool fixed)
{
  ho->at             = 0;
  const uint32_t n   = ho->length - 2 * ho->reach;
  const float    ncc = splice_ncc_rt(ho->old_frames + (size_t)2 * ho->reach, ho->new_frames + (size_t)2 * ho->reach, n);
  ho->rho            = ncc;
  if (fixed) {
    return 0.0;
  }
  const uint32_t count = ho->length / COARSE;
  coarsen(ho->coarse, ho->old_frames, count);
  coarsen(ho->coarse + (size_t)2 * count, ho->new_frames, count);
  const double near = NEAR / REACH * (ho->reach - SLACK);
  SpliceMatch  m    = search(ho, (int32_t)(ho->reach - SLACK) / COARSE);
  if (m.ncc < SURE && fabs(m.lag) > near) {
    m = search(ho, (int32_t)near / COARSE);
  }
  if (m.ncc < ncc + 0.02f || fabs(m.lag) > ho->reach) { // not worth leaving the time for
    return 0.0;
  }
  ho->rho = m.ncc;
  return m.lag;
}

RT bool
handover_fade_rt(Handover* const ho, float* const old_planes[2], float* const new_planes[2], const uint32_t n)
{
  float          from[256], to[256];
  const uint32_t left = ho->fade - ho->at;
  const uint32_t m    = n < left ? n : left;
  splice_gains_rt(from, to, ho->at, m, ho->fade, ho->rho);
  for (uint32_t c = 0; c < 2; ++c) {
    for (uint32_t i = 0; i < n; ++i) {
      old_planes[c][i] = i < m ? old_planes[c][i] * from[i] + new_planes[c][i] * to[i] : new_planes[c][i];
    }
  }
  ho->at += m;
  return ho->at == ho->fade;
}
