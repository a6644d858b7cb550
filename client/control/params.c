// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/params.h"

#include <stdlib.h>
#include <string.h>

enum { SHADOWED_PORTS = 64 }; ///< of a plugin; what lies beyond is asked of the plugin itself

typedef struct {
  float    from, to;
  int64_t  start;
  uint32_t frames; ///< that the way from `from` to `to` takes; 0: none
  bool     set;
} Glide;

struct Params {
  Glide param[PARAM_COUNT][MAX_DECKS][MAX_STEMS];
  Glide port[MAX_CHAINS][MAX_SLOTS][SHADOWED_PORTS];
};

float
param_default(const Param param)
{
  switch (param) {
    case PARAM_SPEED:
    case PARAM_FADER:
      return 1.0f;
    case PARAM_CEILING:
      return -0.3f;
    case PARAM_LIMITER_RELEASE:
      return 100.0f;
    case PARAM_DUCK_THRESHOLD:
      return -40.0f;
    case PARAM_DUCK_ATTACK:
      return 10.0f;
    case PARAM_DUCK_RELEASE:
      return 500.0f;
    default:
      return 0.0f;
  }
}

static bool
per_deck(const Param param)
{
  return param < PARAM_CROSSFADER;
}

static void
forget_param(Params* const p, const Param param, const uint8_t deck)
{
  for (int s = 0; s < MAX_STEMS; ++s) {
    p->param[param][deck][s] = (Glide){.to = param_default(param)};
  }
}

Params*
params_new(void)
{
  Params* const p = calloc(1, sizeof(*p));
  for (int i = 0; p && i < PARAM_COUNT; ++i) {
    for (uint8_t d = 0; d < MAX_DECKS; ++d) {
      forget_param(p, (Param)i, d);
    }
  }
  return p;
}

void
params_settle(Params* const p)
{
  Glide* const param = &p->param[0][0][0];
  Glide* const port  = &p->port[0][0][0];
  for (size_t i = 0; i < sizeof(p->param) / sizeof(Glide); ++i) {
    param[i].from   = param[i].to;
    param[i].frames = 0;
  }
  for (size_t i = 0; i < sizeof(p->port) / sizeof(Glide); ++i) {
    port[i].from   = port[i].to;
    port[i].frames = 0;
  }
}

void
params_forget_all(Params* const p)
{
  memset(p, 0, sizeof(*p));
  for (int i = 0; i < PARAM_COUNT; ++i) {
    for (uint8_t d = 0; d < MAX_DECKS; ++d) {
      forget_param(p, (Param)i, d);
    }
  }
}

void
params_forget_deck(Params* const p, const uint8_t deck)
{
  for (int i = 0; i < PARAM_COUNT; ++i) {
    if (per_deck((Param)i)) {
      forget_param(p, (Param)i, deck);
    }
  }
  for (uint8_t slot = 0; slot < MAX_SLOTS; ++slot) {
    params_forget_ports(p, deck, slot);
  }
}

void
params_free(Params* const p)
{
  free(p);
}

static float
value_at(const Glide* const g, const int64_t now)
{
  const int64_t gone = now - g->start;
  if (gone >= (int64_t)g->frames) {
    return g->to;
  }
  return gone <= 0 ? g->from : g->from + (g->to - g->from) * (float)((double)gone / g->frames);
}

static void
glide_to(Glide* const g, const float value, const uint32_t frames, const int64_t at)
{
  *g = (Glide){value_at(g, at), value, at, frames, true};
}

static bool
per_stem(const Param param)
{
  return param == PARAM_STEM_GAIN || param == PARAM_STEM_MUTE || param == PARAM_STEM_SOLO;
}

void
params_apply(Params* const p, const Command* const c, const int64_t at)
{
  if (c->kind == COMMAND_PARAM) {
    const CommandParam* const s = &c->param;
    glide_to(&p->param[s->param][per_deck(s->param) ? c->deck : 0][per_stem(s->param) ? s->stem : 0], s->value,
             s->ramp_frames, at);
  } else if (c->kind == COMMAND_PORT && c->port.port < SHADOWED_PORTS) {
    glide_to(&p->port[c->deck][c->port.slot][c->port.port], c->port.value, c->port.ramp_frames, at);
  }
}

float
params_value(const Params* const p, const Param param, const uint8_t deck, const uint8_t stem, const int64_t now)
{
  return value_at(&p->param[param][per_deck(param) ? deck : 0][per_stem(param) ? stem : 0], now);
}

bool
params_port(const Params* const p,
            const uint8_t       deck,
            const uint8_t       slot,
            const uint32_t      port,
            const int64_t       now,
            float* const        out)
{
  if (port >= SHADOWED_PORTS || !p->port[deck][slot][port].set) {
    return false;
  }
  *out = value_at(&p->port[deck][slot][port], now);
  return true;
}

void
params_forget_ports(Params* const p, const uint8_t deck, const uint8_t slot)
{
  memset(p->port[deck][slot], 0, sizeof(p->port[deck][slot]));
}
