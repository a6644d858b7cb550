// SPDX-License-Identifier: GPL-3.0-or-later
#include "host/urid.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct Urids {
  pthread_mutex_t lock;
  char**          uris; ///< number n at [n - 1]
  uint32_t        count, room;
  LV2_URID_Map    map;
  LV2_URID_Unmap  unmap;
};

static LV2_URID
map(const LV2_URID_Map_Handle handle, const char* const uri)
{
  return urids_map(handle, uri);
}

static const char*
unmap(const LV2_URID_Unmap_Handle handle, const LV2_URID urid)
{
  return urids_unmap(handle, urid);
}

Urids*
urids_new(void)
{
  Urids* const u = calloc(1, sizeof(*u));
  if (u) {
    pthread_mutex_init(&u->lock, NULL);
    u->map   = (LV2_URID_Map){u, map};
    u->unmap = (LV2_URID_Unmap){u, unmap};
  }
  return u;
}

void
urids_free(Urids* const u)
{
  if (u) {
    for (uint32_t i = 0; i < u->count; ++i) {
      free(u->uris[i]);
    }
    free(u->uris);
    pthread_mutex_destroy(&u->lock);
    free(u);
  }
}

static LV2_URID
map_locked(Urids* const u, const char* const uri)
{
  for (uint32_t i = 0; i < u->count; ++i) {
    if (!strcmp(u->uris[i], uri)) {
      return i + 1;
    }
  }
  if (u->count == u->room) {
    const uint32_t room = u->room ? 2 * u->room : 64;
    char** const   uris = realloc(u->uris, room * sizeof(*uris));
    if (!uris) {
      return 0;
    }
    u->uris = uris;
    u->room = room;
  }
  u->uris[u->count] = strdup(uri);
  return u->uris[u->count] ? ++u->count : 0;
}

LV2_URID
urids_map(Urids* const u, const char* const uri)
{
  pthread_mutex_lock(&u->lock);
  const LV2_URID urid = map_locked(u, uri);
  pthread_mutex_unlock(&u->lock);
  return urid;
}

const char*
urids_unmap(Urids* const u, const LV2_URID urid)
{
  pthread_mutex_lock(&u->lock);
  const char* const uri = urid >= 1 && urid <= u->count ? u->uris[urid - 1] : NULL;
  pthread_mutex_unlock(&u->lock);
  return uri;
}

LV2_URID_Map*
urids_map_feature(Urids* const u)
{
  return &u->map;
}

LV2_URID_Unmap*
urids_unmap_feature(Urids* const u)
{
  return &u->unmap;
}
