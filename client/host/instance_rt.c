// SPDX-License-Identifier: GPL-3.0-or-later
#include "host/instance_rt.h"

#include "host/plugin_log.h"

#include <string.h>

RT static void
reset_atoms_rt(const CopyRt* const c)
{
  for (uint32_t i = 0; i < c->natoms; ++i) {
    const AtomRt* const a = &c->atoms[i];
    a->atom->type         = a->type;
    if (a->input) {
      LV2_Atom_Sequence_Body* const body = (LV2_Atom_Sequence_Body*)(a->atom + 1);
      body->unit                         = 0;
      body->pad                          = 0;
      a->atom->size                      = sizeof(*body);
    } else {
      a->atom->size = a->capacity;
    }
  }
}

// Where the plugin reads from: what comes in, or a copy, or both channels as one.
RT static void
choose_input_rt(const InstanceRt* const rt,
                float* const            in[2],
                float* const            out[2],
                const uint32_t          nframes,
                float*                  from[2])
{
  from[0] = in[0];
  from[1] = in[1];
  if (rt->nin == 1 && rt->nout == 2) {
    for (uint32_t i = 0; i < nframes; ++i) {
      rt->apart[0][i] = 0.5f * (in[0][i] + in[1][i]);
    }
    from[0] = rt->apart[0];
    return;
  }
  for (int ch = 0; ch < 2; ++ch) {
    if (rt->apart[ch] && (from[ch] == out[0] || from[ch] == out[1])) {
      memcpy(rt->apart[ch], from[ch], nframes * sizeof(float));
      from[ch] = rt->apart[ch];
    }
  }
}

void
instance_run_rt(void* const self, float* const in[2], float* const out[2], const uint32_t nframes)
{
  InstanceRt* const rt = self;
  float*            from[2];
  if (rt->bypass.enabled) {
    bypass_keep_rt(&rt->bypass, in, nframes);
  }
  choose_input_rt(rt, in, out, nframes, from);
  plugin_log_hush_rt(true);
  for (uint32_t i = 0; i < rt->ncopies; ++i) {
    const CopyRt* const c = &rt->copy[i];
    for (uint32_t ch = 0; ch < rt->nin; ++ch) {
      rt->connect(c->handle, rt->audio_in[ch], from[i + ch]);
    }
    for (uint32_t ch = 0; ch < rt->nout; ++ch) {
      rt->connect(c->handle, rt->audio_out[ch], out[i + ch]);
    }
    reset_atoms_rt(c);
    rt->run(c->handle, nframes);
    if (c->worker) {
      worker_deliver_rt(c->worker);
    }
  }
  plugin_log_hush_rt(false);
  if (rt->nin == 2 && rt->nout == 1) {
    memcpy(out[1], out[0], nframes * sizeof(float));
  }
  if (rt->bypass.enabled) {
    bypass_mix_rt(&rt->bypass, out, nframes);
  }
}
