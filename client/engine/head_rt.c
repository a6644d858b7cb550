// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/head_rt.h"

#include <string.h>

RT void
head_start_rt(Head* const h, const Source* const s, const SincPos pos, const int64_t at)
{
  stream_start_rt(&h->stream, s, pos >> 32, h->buffer, SINC_BEFORE);
  h->origin = 0;
  h->fill   = SINC_BEFORE;
  h->pos    = SINC_BEFORE * SINC_ONE + (pos & (SINC_ONE - 1));
  h->at     = at;
  h->until  = at;
  h->step   = 0;
  h->dstep  = 0;
  h->mid    = 0;
}

RT void
head_hold_rt(Head* const h, const SincPos step, const int64_t until)
{
  h->step  = step;
  h->dstep = 0;
  h->mid   = step;
  h->until = until;
}

RT void
head_follow_rt(Head* const h, const Tempo* const tempo)
{
  if (h->at >= h->until) {
    tempo_follow_rt(tempo, h->at, &h->step, &h->dstep, &h->until);
    h->mid = h->step + (h->dstep ? h->dstep * (h->until - h->at) / 2 : 0);
  }
}

RT void
head_retune_rt(Head* const h, const int64_t at)
{
  h->until = at > h->at ? (at < h->until ? at : h->until) : h->at;
}

RT SincPos
head_position_rt(const Head* const h)
{
  return stream_frame_rt(&h->stream, h->origin + (h->pos >> 32)) * SINC_ONE + (h->pos & (SINC_ONE - 1));
}

RT bool
head_clear_rt(const Head* const h, const Source* const s, const uint32_t n)
{
  const int64_t wanted = (h->pos + h->step * (int64_t)n) / SINC_ONE + SINC_AFTER + STREAM_FADE + 1 - h->fill;
  return wanted <= 0 || source_clear_rt(s, &h->stream.loop, h->stream.next, wanted) >= wanted;
}

RT static void
note(const Head* const h, const Source* const s, History* const history)
{
  HistoryEntry e = {h->at, head_position_rt(h), h->step, h->dstep, 0, -1};
  source_loop_rt(s, &h->stream.loop, e.pos >> 32, &e.wrap_start, &e.wrap_end);
  history_note_rt(history, &e);
}

// How many of `n` frames fit into the buffer and below `until`.
RT static uint32_t
run_length(const Head* const h, const uint32_t n)
{
  int64_t run = h->until - h->at < (int64_t)n ? h->until - h->at : (int64_t)n;
  SincPos top = h->step + h->dstep * run; // the widest step on the way
  top         = top > h->step ? top : h->step;
  // Position after the run, plus what the kernel needs, must lie within the buffer
  const int64_t room = ((int64_t)(HEAD_ROOM - SINC_AFTER - 4) * SINC_ONE - h->pos) / (top > 0 ? top : 1);
  run                = run < room ? run : room;
  return (uint32_t)(run > 0 ? run : 1);
}

RT void
head_read_rt(Head* const            h,
             const SincTable* const table,
             const Source* const    s,
             const Tempo* const     tempo,
             History* const         history,
             float* const           out[2],
             const uint32_t         n)
{
  for (uint32_t done = 0; done < n;) {
    head_follow_rt(h, tempo);
    if (history) {
      note(h, s, history);
    }
    const uint32_t run  = run_length(h, n - done);
    const int64_t  k    = (int64_t)run - 1;
    const SincPos  last = h->pos + h->step * k + h->dstep * (k * (k - 1) / 2);
    const int64_t  need = (last >> 32) + SINC_AFTER + 1;
    if (need > h->fill) {
      const int64_t  wide = (h->step + SINC_ONE / 2) >> 32;
      const uint32_t fade = STREAM_FADE * (uint32_t)(wide < 1 ? 1 : wide);
      stream_read_rt(&h->stream, s, h->buffer + 2 * h->fill, (uint32_t)(need - h->fill), fade);
      h->fill = need;
    }
    float* const to[2] = {out[0] + done, out[1] + done};
    sinc_read_rt(table, h->buffer, &h->pos, &h->step, h->dstep, to, run);
    h->at += run;
    done += run;

    // Keep what the kernel still needs.  At wide steps the position may lie beyond what was read so far.
    int64_t drop = (h->pos >> 32) - SINC_BEFORE;
    drop         = drop < h->fill ? drop : h->fill;
    if (drop > 0) {
      memmove(h->buffer, h->buffer + 2 * drop, (size_t)(h->fill - drop) * 2 * sizeof(float));
      h->fill -= drop;
      h->origin += drop;
      h->pos -= drop * SINC_ONE;
    }
  }
}
