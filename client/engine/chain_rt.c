// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/chain_rt.h"

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
    if (!p) {
      continue;
    }
    p->run(p->self, planes, planes, n);
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
