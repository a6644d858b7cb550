// SPDX-License-Identifier: GPL-3.0-or-later
#include "host/worker_rt.h"

#include <string.h>

LV2_Worker_Status
worker_put_rt(Ring* const r, char* const buffer, const uint32_t ticket, const uint32_t size, const void* const data)
{
  const WorkerHeader header = {size, ticket};
  if (size > WORKER_ROOM - sizeof(header)) {
    return LV2_WORKER_ERR_NO_SPACE;
  }
  memcpy(buffer, &header, sizeof(header));
  if (size) {
    memcpy(buffer + sizeof(header), data, size);
  }
  return ring_write_n(r, buffer, (uint32_t)sizeof(header) + size) ? LV2_WORKER_SUCCESS : LV2_WORKER_ERR_NO_SPACE;
}

LV2_Worker_Status
worker_schedule_rt(const LV2_Worker_Schedule_Handle handle, const uint32_t size, const void* const data)
{
  WorkerRt* const         w      = handle;
  const uint32_t          ticket = atomic_fetch_add_explicit(w->tickets, 1, memory_order_relaxed);
  const LV2_Worker_Status status = worker_put_rt(w->jobs, w->message, ticket, size, data);
  if (!status) {
    sem_post(w->wake);
  }
  return status;
}

void
worker_deliver_rt(WorkerRt* const w)
{
  // Only what is there now: a plugin whose responses make new ones can't hold the cycle
  uint32_t left = ring_count(w->responses);
  while (left) {
    WorkerHeader header = {0, 0};
    ring_read_n(w->responses, &header, sizeof(header));
    ring_read_n(w->responses, w->message, header.size);
    left -= (uint32_t)sizeof(header) + header.size;
    w->work_response(w->plugin, header.size, w->message);
  }
  if (w->end_run) {
    w->end_run(w->plugin);
  }
}
