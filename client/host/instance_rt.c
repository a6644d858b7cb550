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

void
instance_run_rt(void* const self, float* const in[2], float* const out[2], const uint32_t nframes)
{
  const InstanceRt* const rt      = self;
  float*                  from[2] = {in[0], in[1]};
  for (int ch = 0; ch < 2; ++ch) {
    if (rt->apart[ch] && (from[ch] == out[0] || from[ch] == out[1])) {
      memcpy(rt->apart[ch], from[ch], nframes * sizeof(float));
      from[ch] = rt->apart[ch];
    }
  }
  plugin_log_hush_rt(true);
  for (uint32_t i = 0; i < rt->ncopies; ++i) {
    const CopyRt* const c = &rt->copy[i];
    for (uint32_t ch = 0; ch < rt->channels; ++ch) {
      rt->connect(c->handle, rt->audio_in[ch], from[i + ch]);
      rt->connect(c->handle, rt->audio_out[ch], out[i + ch]);
    }
    reset_atoms_rt(c);
    rt->run(c->handle, nframes);
    if (c->worker) {
      worker_deliver_rt(c->worker);
    }
  }
  plugin_log_hush_rt(false);
}
