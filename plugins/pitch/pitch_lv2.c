// SPDX-License-Identifier: GPL-3.0-or-later

// The pitch shifter as an LV2 plugin, stereo and mono.  Needs no feature of the host.  Where the host has a worker,
// stretchers are made by it when they are first wanted, and fed by it ahead of need; elsewhere both are made at once,
// to be there without a wait.

#include "dsp/denormal.h"
#include "pitch/pitch.h"

#include <lv2/core/lv2.h>
#include <lv2/worker/worker.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  Pitch*                     pitch;
  uint32_t                   channels;
  const float*               in[2];
  float*                     out[2];
  float*                     port[PITCH_PORTS];
  const LV2_Worker_Schedule* schedule;  ///< NULL: the host has none
  bool                       asked[2];  ///< for a stretcher, by quality
  atomic_bool                queued[2]; ///< to feed it
} PitchPlugin;

/// What the worker is to do.
typedef enum { JOB_MAKE, JOB_FEED } JobKind;
typedef struct {
  JobKind      kind;
  PitchQuality quality;
} Job;

/// What the worker brings back.
typedef struct {
  PitchQuality quality;
  Stretcher*   stretcher;
} Made;

static const struct {
  float min, max, def;
} RANGE[PITCH_PORTS] = {
  [PITCH_ENABLED] = {0, 1, 1}, [PITCH_SEMITONES] = {-12, 12, 0}, [PITCH_CENTS] = {-100, 100, 0},
  [PITCH_ENGINE] = {0, 2, 0},  [PITCH_THRESHOLD] = {0, 12, 3},   [PITCH_QUALITY] = {0, 1, 0},
  [PITCH_FORMANT] = {0, 1, 0}, [PITCH_LATENCY_MODE] = {0, 1, 0},
};

static void
cleanup(const LV2_Handle handle)
{
  PitchPlugin* const p = handle;
  pitch_free(p->pitch);
  free(p);
}

static LV2_Handle
instantiate(const LV2_Descriptor* const     descriptor,
            const double                    rate,
            const char* const               bundle,
            const LV2_Feature* const* const features)
{
  PitchPlugin* const p = rate >= 8000.0 && rate <= 192000.0 ? calloc(1, sizeof(*p)) : NULL;
  if (!p) {
    return NULL;
  }
  for (const LV2_Feature* const* f = features; f && *f; ++f) {
    if ((*f)->URI && !strcmp((*f)->URI, LV2_WORKER__schedule)) { // lv2file 0.95 offers its worker without a name
      p->schedule = (*f)->data;
    }
  }
  p->channels = strcmp(descriptor->URI, PITCH_MONO_URI) ? 2 : 1;
  p->pitch    = pitch_new(rate, p->channels);
  for (int q = 0; q < 2 && p->pitch && !p->schedule; ++q) {
    Stretcher* const st = pitch_make_stretcher(p->pitch, (PitchQuality)q);
    if (!st) {
      cleanup(p);
      return NULL;
    }
    pitch_take_stretcher_rt(p->pitch, (PitchQuality)q, st);
  }
  if (!p->pitch) {
    free(p);
    return NULL;
  }
  pitch_ahead_rt(p->pitch, p->schedule);
  return p;
}

static void
connect_port(const LV2_Handle handle, const uint32_t port, void* const data)
{
  PitchPlugin* const p     = handle;
  const uint32_t     audio = 2 * p->channels;
  if (port < p->channels) {
    p->in[port] = data;
  } else if (port < audio) {
    p->out[port - p->channels] = data;
  } else if (port < audio + PITCH_PORTS) {
    p->port[port - audio] = data;
  }
}

static void
activate(const LV2_Handle handle)
{
  pitch_reset(((PitchPlugin*)handle)->pitch);
}

RT static float
control(const PitchPlugin* const p, const PitchPort port)
{
  const float v = p->port[port] ? *p->port[port] : RANGE[port].def;
  if (!(v == v)) {
    return RANGE[port].def;
  }
  return v < RANGE[port].min ? RANGE[port].min : v > RANGE[port].max ? RANGE[port].max : v;
}

/// An enumeration or a toggle: the nearest of its values.
RT static int
choice(const PitchPlugin* const p, const PitchPort port)
{
  return (int)(control(p, port) + 0.5f);
}

RT static PitchControls
controls(const PitchPlugin* const p)
{
  const double        sum = (double)control(p, PITCH_SEMITONES) + (double)control(p, PITCH_CENTS) / 100.0;
  const PitchControls c   = {
      .enabled      = choice(p, PITCH_ENABLED),
      .semitones    = sum < -12.0  ? -12.0
                      : sum > 12.0 ? 12.0
                                   : sum,
      .engine       = (PitchEngine)choice(p, PITCH_ENGINE),
      .threshold    = control(p, PITCH_THRESHOLD),
      .quality      = (PitchQuality)choice(p, PITCH_QUALITY),
      .formant      = choice(p, PITCH_FORMANT),
      .latency_mode = (PitchLatencyMode)choice(p, PITCH_LATENCY_MODE),
  };
  return c;
}

RT static bool
schedule(const PitchPlugin* const p, const JobKind kind, const PitchQuality quality)
{
  const Job job = {kind, quality};
  RT_WAIVE_BEGIN("worker.h: schedule_work is to be called from run()")
  return p->schedule->schedule_work(p->schedule->handle, sizeof(job), &job) == LV2_WORKER_SUCCESS;
  RT_WAIVE_END
}

RT static void
run(const LV2_Handle handle, const uint32_t nframes)
{
  PitchPlugin* const  p     = handle;
  const DenormalGuard guard = denormal_guard_enter();
  const PitchControls c     = controls(p);
  pitch_set_rt(p->pitch, &c);
  const int missing = p->schedule ? pitch_missing_rt(p->pitch) : -1;
  if (missing >= 0 && !p->asked[missing]) {
    p->asked[missing] = schedule(p, JOB_MAKE, (PitchQuality)missing);
  }
  pitch_run_rt(p->pitch, p->in, p->out, nframes);
  for (int q = 0; q < 2 && p->schedule; ++q) {
    if (pitch_wanting_rt(p->pitch, (PitchQuality)q) && !atomic_exchange(&p->queued[q], true) &&
        !schedule(p, JOB_FEED, (PitchQuality)q)) {
      atomic_store(&p->queued[q], false);
    }
  }
  if (p->port[PITCH_ACTIVE_ENGINE]) {
    *p->port[PITCH_ACTIVE_ENGINE] = (float)pitch_active_engine_rt(p->pitch);
  }
  if (p->port[PITCH_LATENCY]) {
    *p->port[PITCH_LATENCY] = (float)pitch_latency_rt(p->pitch);
  }
  denormal_guard_leave(guard);
}

// ---- worker -------------------------------------------------------------------------------------------------------

static LV2_Worker_Status
work(const LV2_Handle                  handle,
     const LV2_Worker_Respond_Function respond,
     const LV2_Worker_Respond_Handle   to,
     const uint32_t                    size,
     const void* const                 data)
{
  PitchPlugin* const p = handle;
  Job                job;
  if (size != sizeof(job)) {
    return LV2_WORKER_ERR_UNKNOWN;
  }
  memcpy(&job, data, size);
  if (job.kind == JOB_FEED) {
    const DenormalGuard guard = denormal_guard_enter();
    atomic_store(&p->queued[job.quality], false); // what is due from now on is another job's
    pitch_work(p->pitch, job.quality);
    denormal_guard_leave(guard);
    return LV2_WORKER_SUCCESS;
  }
  const Made made = {job.quality, pitch_make_stretcher(p->pitch, job.quality)};
  if (!made.stretcher) {
    return LV2_WORKER_ERR_NO_SPACE; // the resampler goes on
  }
  const LV2_Worker_Status status = respond(to, sizeof(made), &made);
  if (status != LV2_WORKER_SUCCESS) {
    stretcher_free(made.stretcher);
  }
  return status;
}

RT static LV2_Worker_Status
work_response(const LV2_Handle handle, const uint32_t size, const void* const data)
{
  PitchPlugin* const p = handle;
  Made               made;
  if (size != sizeof(made)) {
    return LV2_WORKER_ERR_UNKNOWN;
  }
  memcpy(&made, data, size);
  // Each is asked for once, so it is taken
  return pitch_take_stretcher_rt(p->pitch, made.quality, made.stretcher) ? LV2_WORKER_SUCCESS : LV2_WORKER_ERR_UNKNOWN;
}

static const void*
extension_data(const char* const uri)
{
  static const LV2_Worker_Interface worker = {work, work_response, NULL};
  return strcmp(uri, LV2_WORKER__interface) ? NULL : &worker;
}

static const LV2_Descriptor descriptors[] = {
  {PITCH_URI, instantiate, connect_port, activate, run, NULL, cleanup, extension_data},
  {PITCH_MONO_URI, instantiate, connect_port, activate, run, NULL, cleanup, extension_data},
  {PITCH_PLAIN_URI, instantiate, connect_port, activate, run, NULL, cleanup, extension_data},
};

LV2_SYMBOL_EXPORT const LV2_Descriptor*
lv2_descriptor(const uint32_t index)
{
  return index < sizeof(descriptors) / sizeof(*descriptors) ? &descriptors[index] : NULL;
}
