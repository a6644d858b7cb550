// SPDX-License-Identifier: GPL-3.0-or-later
#include "host/bypass_rt.h"

#include "msg/limits.h"

#include <string.h>

RT static bool
is_on(const BypassRt* const b)
{
  return *b->enabled > 0.0f;
}

RT static uint32_t
latency_of(const BypassRt* const b)
{
  const float says = b->latency ? *b->latency : 0.0f;
  const float most = (float)(b->room - MAX_BLOCK);
  return !(says > 0.0f) ? 0 : says < most ? (uint32_t)(says + 0.5f) : b->room - MAX_BLOCK;
}

RT void
bypass_keep_rt(BypassRt* const b, float* const in[2], const uint32_t nframes)
{
  if (!b->begun && nframes) {
    b->part  = is_on(b) ? 1.0f : 0.0f;
    b->begun = true;
  }
  if (!b->latency && b->part == 1.0f && is_on(b)) {
    return; // nobody will ask for it
  }
  const uint32_t run = nframes < b->room - b->at ? nframes : b->room - b->at;
  for (int side = 0; side < 2; ++side) {
    memcpy(b->plane[side] + b->at, in[side], run * sizeof(float));
    memcpy(b->plane[side], in[side] + run, (nframes - run) * sizeof(float));
  }
}

RT void
bypass_mix_rt(BypassRt* const b, float* const out[2], const uint32_t nframes)
{
  const float    goal = is_on(b) ? 1.0f : 0.0f;
  const uint32_t from = b->at - latency_of(b);
  b->at               = (b->at + nframes) & (b->room - 1);
  if (b->part == 1.0f && goal == 1.0f) {
    return;
  }
  const float slope = (goal > b->part ? 1.0f : -1.0f) / (float)b->fade;
  for (uint32_t i = 0; i < nframes; ++i) {
    const uint32_t dry = (from + i) & (b->room - 1);
    if (b->part != goal) {
      b->part += slope;
      b->part = b->part < 0.0f ? 0.0f : b->part > 1.0f ? 1.0f : b->part;
    }
    for (int side = 0; side < 2; ++side) {
      const float d = b->plane[side][dry];
      // At rest it is the one or the other bit for bit, whatever the plugin gives
      out[side][i] = b->part <= 0.0f ? d : b->part >= 1.0f ? out[side][i] : d + (out[side][i] - d) * b->part;
    }
  }
}
