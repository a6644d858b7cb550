// SPDX-License-Identifier: GPL-3.0-or-later

// The equaliser as an LV2 plugin, stereo and mono.  Needs no feature of the host.

#include "dsp/denormal.h"
#include "eq/eq.h"

#include <lv2/core/lv2.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  Eq*          eq;
  uint32_t     channels;
  const float* in[2];
  float*       out[2];
  const float* control[EQ_CONTROLS]; ///< never NULL
  float        value[EQ_CONTROLS];   ///< as last read
  bool         unheard;              ///< the equaliser has not run with them yet
} EqPlugin;

// Return: what to read a control from.
static const float*
control_at(const void* const data, const uint32_t control)
{
  return data ? data : &eq_control_info[control].def;
}

static LV2_Handle
instantiate(const LV2_Descriptor* const     descriptor,
            const double                    rate,
            const char* const               bundle,
            const LV2_Feature* const* const features)
{
  EqPlugin* const p = calloc(1, sizeof(*p));
  if (!p) {
    return NULL;
  }
  p->eq       = eq_new(rate);
  p->channels = strcmp(descriptor->URI, EQ_MONO_URI) ? 2 : 1;
  if (!p->eq) {
    free(p);
    return NULL;
  }
  for (uint32_t c = 0; c < EQ_CONTROLS; ++c) {
    p->control[c] = control_at(NULL, c);
  }
  return p;
}

static void
cleanup(const LV2_Handle handle)
{
  EqPlugin* const p = handle;
  eq_free(p->eq);
  free(p);
}

static void
connect_port(const LV2_Handle handle, const uint32_t port, void* const data)
{
  EqPlugin* const p     = handle;
  const uint32_t  audio = 2 * p->channels;
  if (port < p->channels) {
    p->in[port] = data;
  } else if (port < audio) {
    p->out[port - p->channels] = data;
  } else if (port < audio + EQ_CONTROLS) {
    p->control[port - audio] = control_at(data, port - audio);
  }
}

static void
activate(const LV2_Handle handle)
{
  EqPlugin* const p = handle;
  p->unheard        = true;
  eq_activate(p->eq);
}

// Return: whether any is another than it was, bit by bit.
RT static bool
read_controls_rt(EqPlugin* const p)
{
  uint32_t differ = 0;
#pragma GCC unroll 16
  for (int c = 0; c < EQ_CONTROLS; ++c) {
    uint32_t is, was;
    memcpy(&is, p->control[c], sizeof(is));
    memcpy(&was, &p->value[c], sizeof(was));
    memcpy(&p->value[c], &is, sizeof(is));
    differ |= is ^ was;
  }
  return differ;
}

RT static void
run(const LV2_Handle handle, const uint32_t nframes)
{
  EqPlugin* const     p      = handle;
  const DenormalGuard guard  = denormal_guard_enter();
  const uint32_t      right  = p->channels - 1; // mono: one channel twice
  const float* const  in[2]  = {p->in[0], p->in[right]};
  float* const        out[2] = {p->out[0], p->out[right]};
  p->unheard                 = read_controls_rt(p) || p->unheard;
  eq_run_rt(p->eq, p->unheard ? p->value : NULL, in, out, nframes);
  p->unheard = p->unheard && !nframes;
  denormal_guard_leave(guard);
}

static const void*
extension_data(const char* const uri)
{
  return NULL;
}

static const LV2_Descriptor descriptors[] = {
  {EQ_URI, instantiate, connect_port, activate, run, NULL, cleanup, extension_data},
  {EQ_MONO_URI, instantiate, connect_port, activate, run, NULL, cleanup, extension_data},
  {EQ_PLAIN_URI, instantiate, connect_port, activate, run, NULL, cleanup, extension_data},
};

LV2_SYMBOL_EXPORT const LV2_Descriptor*
lv2_descriptor(const uint32_t index)
{
  return index < sizeof(descriptors) / sizeof(*descriptors) ? &descriptors[index] : NULL;
}
