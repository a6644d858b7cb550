// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/chain_rt.h"

#include <string.h>

RT static void
forget_ramp(Chain* const c, const uint32_t i)
{
  c->ramp[i] = c->ramp[--c->nramps];
}

RT Plugin*
chain_swap_rt(Chain* const c, const uint8_t slot, Plugin* const plugin)
{
  Plugin* const before = c->slot[slot];
  c->slot[slot]        = plugin;
  for (uint32_t i = 0; i < c->nramps;) {
    if (c->ramp[i].slot == slot) {
      forget_ramp(c, i);
    } else {
      ++i;
    }
  }
  return before;
}

RT static uint32_t
latency_of(const Plugin* const p)
{
  return p ? plugin_latency_rt(p) : 0;
}

RT bool
chain_can_fade_rt(const Chain* const c, const uint8_t slot, const Plugin* const plugin)
{
  return slot >= SLOT_EQ && slot < MAX_SLOTS && !chain_fades_rt(c) && latency_of(c->slot[slot]) == latency_of(plugin);
}

RT void
chain_fade_rt(Chain* const c, const uint8_t slot, Plugin* const plugin, const uint32_t warm, const uint32_t fade)
{
  ChainSwap* const s = &c->swap;
  s->old             = chain_swap_rt(c, slot, plugin);
  s->on              = true;
  s->slot            = slot;
  s->done            = 0;
  s->warm            = warm + latency_of(plugin);
  s->fade            = fade;
}

RT bool
chain_fades_rt(const Chain* const c)
{
  return c->swap.on || c->swap.old;
}

RT Plugin*
chain_faded_rt(Chain* const c, const bool at_once)
{
  c->swap.on        = c->swap.on && !at_once;
  Plugin* const old = c->swap.on ? NULL : c->swap.old;
  c->swap.old       = c->swap.on ? c->swap.old : NULL;
  return old;
}

// Run both and cross-fade.
RT static void
run_swap(ChainSwap* const s, Plugin* const plugin, float* const planes[2], const uint32_t n)
{
  float* const side[2] = {s->side[0], s->side[1]};
  const float  slope   = 1.0f / (float)(s->fade + 1);
  for (int k = 0; k < 2; ++k) {
    memcpy(side[k], planes[k], n * sizeof(float));
  }
  if (s->old) {
    s->old->run(s->old->self, side, side, n);
  }
  if (plugin) {
    plugin->run(plugin->self, planes, planes, n);
  }
  for (uint32_t i = 0; i < n; ++i, ++s->done) {
    const int64_t into = (int64_t)s->done - s->warm + 1;
    const float   part = into <= 0 ? 0.0f : into > (int64_t)s->fade ? 1.0f : (float)into * slope;
    for (int k = 0; k < 2; ++k) {
      planes[k][i] = part >= 1.0f ? planes[k][i] : side[k][i] + (planes[k][i] - side[k][i]) * part;
    }
  }
  s->on = s->done < s->warm + s->fade;
}

RT bool
chain_set_rt(Chain* const c, const CommandPort* const p, const int64_t now)
{
  Plugin* const plugin = p->slot < MAX_SLOTS ? c->slot[p->slot] : NULL;
  if (!plugin || p->port >= plugin->nports || !plugin->ports[p->port].input || !(p->value == p->value)) {
    return false;
  }
  const PluginPort* const port = &plugin->ports[p->port];
  const float value = p->value < port->minimum ? port->minimum : p->value > port->maximum ? port->maximum : p->value;
  for (uint32_t i = 0; i < c->nramps; ++i) {
    if (c->ramp[i].slot == p->slot && c->ramp[i].port == p->port) {
      forget_ramp(c, i);
      break;
    }
  }
  if (plugin->values[p->port] == value) {
    return false;
  }
  if (p->ramp_frames && c->nramps < CHAIN_RAMPS) {
    const ChainRamp r    = {{plugin->values[p->port], value, now, p->ramp_frames}, p->slot, p->port};
    c->ramp[c->nramps++] = r;
  } else {
    plugin->values[p->port] = value;
  }
  return true;
}

RT bool
chain_glide_rt(Chain* const c, const int64_t now)
{
  const bool any = c->nramps > 0;
  for (uint32_t i = 0; i < c->nramps;) {
    const ChainRamp* const r          = &c->ramp[i];
    c->slot[r->slot]->values[r->port] = ramp_at_rt(&r->ramp, now);
    if (ramp_moves_rt(&r->ramp, now)) {
      ++i;
    } else {
      forget_ramp(c, i);
    }
  }
  return any;
}

RT uint32_t
chain_latency_rt(const Chain* const c)
{
  uint32_t latency = 0;
  for (int i = SLOT_EQ; i < MAX_SLOTS; ++i) {
    latency += c->slot[i] ? plugin_latency_rt(c->slot[i]) : 0;
  }
  return latency;
}

RT void
chain_run_rt(Chain* const c, float* const planes[2], const uint32_t n, Laps* const laps)
{
  bool inserts = false;
  for (int i = SLOT_EQ; i < MAX_SLOTS; ++i) {
    Plugin* const p = c->slot[i];
    if (c->swap.on && c->swap.slot == i) {
      run_swap(&c->swap, p, planes, n);
    } else if (p) {
      p->run(p->self, planes, planes, n);
    } else {
      continue;
    }
    if (i == SLOT_EQ) {
      laps_end_rt(laps, STAGE_EQ);
    } else {
      inserts = true;
    }
  }
  if (inserts) {
    laps_end_rt(laps, STAGE_INSERTS);
  }
}
