// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TESTS_ENGINE_STORM_H
#define TESTS_ENGINE_STORM_H

// Commands at random.

#include "fakes.h"

// ---- random numbers, the same every time --------------------------------------------------------------------------

static uint64_t seed UNUSED;

UNUSED static uint32_t
any(const uint32_t below)
{
  seed = seed * 6364136223846793005ull + 1442695040888963407ull;
  return (uint32_t)((seed >> 33) % below);
}

UNUSED static float
between(const float low, const float high)
{
  return low + (high - low) * (float)any(100001) / 100000.0f;
}

// A track that begins and ends in silence, without corners.
UNUSED static float
signal_swell(const int64_t frame, const int side)
{
  const double t = (double)frame / 100000.0;
  return frame >= 100000 ? 0.0f
                         : (float)(sin(M_PI * t) * sin(M_PI * t)) * 0.2f * cosf((float)frame * 0.004f + (float)side);
}

UNUSED static int64_t
when(const Rig* const r)
{
  switch (any(4)) {
    case 0:
      return AT_NOW;
    case 1:
      return (int64_t)r->done - any(3000);
    default:
      return r->done + any(20000);
  }
}

UNUSED static void
send_any(Rig* const r)
{
  Command c = {.at = when(r), .deck = (uint8_t)any(r->decks)};
  switch (any(22)) {
    case 0:
      c.kind = COMMAND_TRACK;
      c.track =
        (CommandTrack){any(8) ? fake_track(100000, any(3) ? RATE : 44100, signal_swell) : NULL, (uint8_t)any(3)};
      break;
    case 1:
    case 2:
    case 3:
      c.kind = COMMAND_PLAY;
      break;
    case 4:
      c.kind = COMMAND_PAUSE;
      break;
    case 5:
      c.kind = (uint16_t)(any(8) ? COMMAND_STOP : COMMAND_STOP_ALL);
      break;
    case 6:
      c.kind = COMMAND_TOGGLE;
      break;
    case 7:
    case 8:
      c.kind = COMMAND_SEEK;
      c.seek = (CommandSeek){(int64_t)any(120000) - 10000, any(2)};
      break;
    case 9:
      c.kind = COMMAND_CUE;
      c.seek = (CommandSeek){(int64_t)any(90000) - 1000, false};
      break;
    case 10:
      c.kind = COMMAND_CUE_GO;
      break;
    case 11:
    case 12:
      c.kind       = COMMAND_LOOP;
      c.loop.start = any(90000);
      c.loop.end   = c.loop.start + 300 + any(any(2) ? 1000 : 30000);
      break;
    case 13:
      c.kind      = (uint16_t)(any(2) ? COMMAND_LOOP_ENABLE : COMMAND_REPEAT);
      c.toggle.on = any(2);
      break;
    case 14:
    case 15:
      c.kind  = COMMAND_PARAM;
      c.param = (CommandParam){PARAM_SPEED, 0, any(3) ? between(0.5f, 2.0f) : 1.0f, any(2) ? any(20000) : 0};
      break;
    case 16:
      c.kind  = COMMAND_PARAM;
      c.param = (CommandParam){PARAM_PITCH, 0, any(2) ? between(-12, 12) : 0.0f, any(2) ? any(20000) : 0};
      break;
    case 17:
      c.kind  = COMMAND_PARAM;
      c.param = (CommandParam){PARAM_KEYLOCK, 0, (float)any(2), 0};
      break;
    case 18:
      c.kind  = COMMAND_PARAM;
      c.param = (CommandParam){(Param)(PARAM_STEM_GAIN + any(3)), (uint8_t)any(3), between(-1.0f, 1.0f), 0};
      break;
    case 19:
      c.kind   = COMMAND_PLUGIN;
      c.deck   = any(3) ? c.deck : (uint8_t)(CHAIN_MIC + any(2));
      c.plugin = (CommandPlugin){(uint8_t)any(MAX_SLOTS), any(3) ? fake_plugin(any(3000)) : NULL};
      break;
    case 20:
      c.kind       = COMMAND_START;
      c.decks.mask = any(1u << r->decks);
      break;
    default:
      c.kind  = COMMAND_PARAM;
      c.param = (CommandParam){(Param)any(PARAM_COUNT), (uint8_t)any(3), between(-1.0f, 1.0f), any(2) ? any(9000) : 0};
      if (c.param.param == PARAM_SPEED) {
        c.param.value = 1.0f;
      }
      break;
  }
  rig_send(r, &c);
}

#endif
