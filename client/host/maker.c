// SPDX-License-Identifier: GPL-3.0-or-later
#include "host/maker.h"

#include "host/instance.h"
#include "host/preset.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/// A plugin that it has made.
typedef struct Made {
  struct Made* next;
  Plugin*      plugin;
} Made;

typedef struct Job {
  struct Job* next;
  uint32_t    ticket; ///< 0: nobody asks for what comes of it
  bool        done;
  HostTask    task;
  bool        frees; ///< no task: free `plugin`
  char *      uri, *preset, *folder;
  Plugin*     plugin;
  Made*       entry; ///< for a plugin that comes of it
  HostMade    made;
} Job;

struct Maker {
  bool            offline, running, ending;
  const char*     bundle_dir;
  Urids*          urids;
  Workers*        workers;
  uint32_t        rate, last;
  pthread_t       thread;
  pthread_mutex_t lock; ///< of `jobs`, `ending`, and each job's `done` and `ticket`; not held while one is done
  pthread_cond_t  wake;
  Job*            jobs;      ///< in order; those that are done stay until they are taken
  Made*           all;       ///< the control thread's
  bool            has_world; ///< the rest is the thread's
  World           world;
};

static InstanceMakings
makings(Maker* const m)
{
  return (InstanceMakings){&m->world, m->urids, m->workers, m->rate};
}

static Status
make_plugin(Maker* const m, Job* const j, const LilvPlugin* const plugin)
{
  HostMade* const       made   = &j->made;
  const InstanceMakings with   = makings(m);
  InstanceBegin         begin  = {NULL, j->folder};
  LilvState*            preset = NULL;
  if (j->preset) {
    made->status = preset_find(&preset, &m->world, m->urids, plugin, j->preset, &made->error);
    if (made->status) {
      return made->status;
    }
    begin.state   = preset;
    made->nvalues = preset_values(preset, m->urids, &made->values);
  }
  // A preset of ports alone is set in the plugin that there is; else another takes its place, which begins with it
  if (j->task == HOST_MAKE || lilv_state_get_num_properties(preset) > 0) {
    made->status = instance_new(&made->plugin, &with, plugin, &begin, &made->error);
  }
  lilv_state_free(preset);
  return made->status;
}

static void
do_job(Maker* const m, Job* const j)
{
  HostMade* const made = &j->made;
  if (j->frees) {
    instance_free(j->plugin);
    return;
  }
  if (!m->has_world) {
    made->status = world_init(&m->world, m->bundle_dir, &made->error);
    m->has_world = !made->status;
  }
  if (made->status) {
    return;
  }
  if (j->task == HOST_KEEP) {
    const InstanceMakings with = makings(m);
    made->status               = instance_keep(j->plugin, &with, j->folder, &made->kept, &made->error);
    return;
  }
  const LilvPlugin* const plugin = world_plugin(&m->world, j->uri, &made->error);
  made->status                   = plugin ? make_plugin(m, j, plugin) : STATUS_NOT_FOUND;
}

static void
job_free(Job* const j)
{
  free(j->uri);
  free(j->preset);
  free(j->folder);
  free(j->made.values);
  free(j);
}

static void
unlink_job(Maker* const m, const Job* const j)
{
  Job** link = &m->jobs;
  while (*link && *link != j) {
    link = &(*link)->next;
  }
  if (*link) {
    *link = j->next;
  }
}

static void
dispose(Job* const j)
{
  if (j->made.plugin) {
    instance_free(j->made.plugin);
  }
  free(j->entry);
  job_free(j);
}

/// It is done.  With the lock.  Returns whether nobody wants what came of it.
static bool
finish(Maker* const m, Job* const j)
{
  j->done = true;
  if (!j->ticket) { // or dropped meanwhile
    unlink_job(m, j);
  }
  return !j->ticket;
}

static Job*
next_job(const Maker* const m)
{
  Job* j = m->jobs;
  while (j && j->done) {
    j = j->next;
  }
  return j;
}

static void*
work(void* const data)
{
  Maker* const m = data;
  pthread_mutex_lock(&m->lock);
  for (;;) {
    Job* const j = next_job(m);
    if (!j && m->ending) {
      break;
    }
    if (!j) {
      pthread_cond_wait(&m->wake, &m->lock);
      continue;
    }
    pthread_mutex_unlock(&m->lock);
    do_job(m, j);
    pthread_mutex_lock(&m->lock);
    if (finish(m, j)) {
      pthread_mutex_unlock(&m->lock);
      dispose(j);
      pthread_mutex_lock(&m->lock);
    }
  }
  pthread_mutex_unlock(&m->lock);
  return NULL;
}

Maker*
maker_new(const HostConfig* const config, Urids* const urids, Workers* const workers)
{
  Maker* const m = calloc(1, sizeof(*m));
  if (m) {
    m->offline    = config->offline;
    m->bundle_dir = config->bundle_dir;
    m->rate       = config->rate;
    m->urids      = urids;
    m->workers    = workers;
    pthread_mutex_init(&m->lock, NULL);
    pthread_cond_init(&m->wake, NULL);
  }
  return m;
}

void
maker_free(Maker* const m)
{
  if (!m) {
    return;
  }
  pthread_mutex_lock(&m->lock);
  for (Job* j = m->jobs; j; j = j->next) { // nobody comes for it: what it frees, it still frees
    j->ticket = j->done ? j->ticket : 0;
  }
  m->ending = true;
  pthread_cond_signal(&m->wake);
  pthread_mutex_unlock(&m->lock);
  if (m->running) {
    pthread_join(m->thread, NULL);
  }
  while (m->jobs) {
    Job* const j = m->jobs;
    m->jobs      = j->next;
    dispose(j);
  }
  while (m->all) {
    Made* const one = m->all;
    m->all          = one->next;
    instance_free(one->plugin);
    free(one);
  }
  if (m->has_world) {
    world_end(&m->world);
  }
  pthread_cond_destroy(&m->wake);
  pthread_mutex_destroy(&m->lock);
  free(m);
}

static bool
start(Maker* const m)
{
  if (!m->offline && !m->running) {
    m->running = !pthread_create(&m->thread, NULL, work, m);
    if (m->running) {
      pthread_setname_np(m->thread, "maker");
    }
  }
  return m->offline || m->running;
}

static void
give(Maker* const m, Job* const j)
{
  pthread_mutex_lock(&m->lock);
  Job** link = &m->jobs;
  while (*link) {
    link = &(*link)->next;
  }
  *link = j;
  if (m->offline) {
    do_job(m, j);
    if (finish(m, j)) {
      dispose(j);
    }
  } else {
    pthread_cond_signal(&m->wake);
  }
  pthread_mutex_unlock(&m->lock);
}

static bool
copy_text(char** const out, const char* const text)
{
  *out = text ? strdup(text) : NULL;
  return !text || *out;
}

uint32_t
maker_ask(Maker* const m, const HostWish* const wish)
{
  Job* const j = calloc(1, sizeof(*j));
  if (!j) {
    return 0;
  }
  j->entry  = calloc(1, sizeof(*j->entry));
  j->task   = wish->task;
  j->plugin = wish->plugin;
  if (!copy_text(&j->uri, wish->uri) || !copy_text(&j->preset, wish->preset) || !copy_text(&j->folder, wish->folder) ||
      !j->entry || !start(m)) {
    dispose(j);
    return 0;
  }
  m->last   = m->last + 1 ? m->last + 1 : 1;
  j->ticket = m->last;
  give(m, j);
  return m->last;
}

static Job*
find(const Maker* const m, const uint32_t ticket)
{
  Job* j = m->jobs;
  while (j && j->ticket != ticket) {
    j = j->next;
  }
  return ticket ? j : NULL;
}

bool
maker_take(Maker* const m, const uint32_t ticket, HostMade* const out)
{
  pthread_mutex_lock(&m->lock);
  Job* const j    = find(m, ticket);
  const bool done = j && j->done;
  if (done) {
    unlink_job(m, j);
  }
  pthread_mutex_unlock(&m->lock);
  if (!done) {
    return false;
  }
  *out           = j->made;
  j->made.values = NULL; // the taker's
  if (out->plugin) {
    *j->entry = (Made){m->all, out->plugin};
    m->all    = j->entry;
  } else {
    free(j->entry);
  }
  job_free(j);
  return true;
}

void
maker_drop(Maker* const m, const uint32_t ticket)
{
  pthread_mutex_lock(&m->lock);
  Job* const j    = find(m, ticket);
  const bool done = j && j->done;
  if (done) {
    unlink_job(m, j);
  } else if (j) {
    j->ticket = 0;
  }
  pthread_mutex_unlock(&m->lock);
  if (done) { // a plugin that came of it is freed where it was made
    j->ticket      = 0;
    j->done        = false;
    j->next        = NULL;
    j->frees       = j->made.plugin != NULL;
    j->plugin      = j->made.plugin;
    j->made.plugin = NULL;
    if (j->frees) {
      give(m, j);
    } else {
      dispose(j);
    }
  }
}

bool
maker_free_plugin(Maker* const m, Plugin* const p)
{
  Made** link = &m->all;
  while (*link && (*link)->plugin != p) {
    link = &(*link)->next;
  }
  Made* const one = *link;
  Job* const  j   = one ? calloc(1, sizeof(*j)) : NULL;
  if (!one) {
    return false;
  }
  if (j) { // else it stays until the end
    *link     = one->next;
    j->frees  = true;
    j->plugin = p;
    free(one);
    give(m, j);
  }
  return true;
}
