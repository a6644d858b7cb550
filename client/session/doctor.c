// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/doctor.h"

#include "base/log.h"
#include "host/host.h"
#include "jack/client.h"
#include "rig/rig.h"

#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

static int troubles;

__attribute__((format(printf, 3, 4))) static void
say(const bool good, const char* const subject, const char* const format, ...)
{
  va_list args;
  va_start(args, format);
  printf("%-8s %-14s ", good ? "ok" : "TROUBLE", subject);
  vprintf(format, args);
  putchar('\n');
  va_end(args);
  troubles += !good;
}

/// First line of a small file, without its end; false: no such file.
static bool
read_line(const char* const path, char* const line, const int size)
{
  FILE* const f  = fopen(path, "r");
  const bool  ok = f && fgets(line, size, f);
  if (f) {
    fclose(f);
  }
  if (ok) {
    line[strcspn(line, "\n")] = '\0';
  }
  return ok;
}

static void*
nothing(void* const data)
{
  return data;
}

static void
check_priority(void)
{
  pthread_attr_t     attr;
  pthread_t          thread;
  struct sched_param priority = {.sched_priority = 70};
  pthread_attr_init(&attr);
  pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
  pthread_attr_setschedpolicy(&attr, SCHED_FIFO);
  pthread_attr_setschedparam(&attr, &priority);
  const bool ok = !pthread_create(&thread, &attr, nothing, NULL);
  pthread_attr_destroy(&attr);
  if (ok) {
    pthread_join(thread, NULL);
    say(true, "priority", "threads can have real-time priority");
    say(true, "threads", "decks are spread over %u of %ld cores (--threads)", crew_auto_threads(),
        sysconf(_SC_NPROCESSORS_ONLN));
  } else {
    say(false, "priority",
        "no real-time priority: put \"@audio - rtprio 95\" into /etc/security/limits.d/audio.conf, add yourself to the "
        "group audio (sudo usermod -aG audio $USER), log in again");
    say(true, "threads", "all decks run on one, since others would lack the priority");
  }
}

static void
check_memory(void)
{
  struct rlimit limit = {0};
  getrlimit(RLIMIT_MEMLOCK, &limit);
  if (limit.rlim_cur == RLIM_INFINITY) {
    say(true, "memory", "can be locked");
  } else {
    say(false, "memory",
        "only %llu KB can be locked: put \"@audio - memlock unlimited\" into /etc/security/limits.d/audio.conf, be in "
        "the group audio, log in again",
        (unsigned long long)limit.rlim_cur / 1024);
  }
}

static void
check_governor(void)
{
  char governor[64];
  if (!read_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", governor, sizeof(governor))) {
    say(true, "processor", "%ld cores, no frequency scaling to be seen", sysconf(_SC_NPROCESSORS_ONLN));
  } else if (!strcmp(governor, "performance")) {
    say(true, "processor", "%ld cores, governor \"performance\"", sysconf(_SC_NPROCESSORS_ONLN));
  } else {
    say(false, "processor",
        "governor \"%s\" lowers the clock between blocks: sudo cpupower frequency-set -g performance", governor);
  }
}

static void
check_shared_memory(void)
{
  struct statvfs fs;
  if (statvfs("/dev/shm", &fs)) {
    say(false, "shared memory", "/dev/shm is not mounted: JACK needs it (mount -t tmpfs tmpfs /dev/shm)");
  } else {
    const unsigned long long mb = (unsigned long long)fs.f_bavail * fs.f_frsize >> 20;
    say(mb >= 64, "shared memory", "%llu MB free in /dev/shm%s", mb, mb >= 64 ? "" : ": JACK wants 64 or more");
  }
}

static void
check_swap(void)
{
  char line[64];
  if (read_line("/proc/sys/vm/swappiness", line, sizeof(line))) {
    const int swappiness = atoi(line);
    say(swappiness <= 60, "swapping", "vm.swappiness is %d%s", swappiness,
        swappiness <= 60 ? "" : ": sudo sysctl vm.swappiness=10");
  }
}

static void
check_server(void)
{
  JackClient*      client = NULL;
  Error            error;
  const JackConfig config = {.name = "deckhost-doctor"};
  if (jack_open_client(&client, &config, &error)) {
    say(false, "JACK", "%s", error.text);
    return;
  }
  const double ms = 1e3 * jack_block(client) / jack_rate(client);
  say(true, "JACK", "runs at %u Hz, blocks of %u frames (%.1f ms)", jack_rate(client), jack_block(client), ms);
  jack_close_client(client);
}

static void
check_plugins(void)
{
  static const char* const uris[] = {"urn:deckhost:eq", "urn:deckhost:pitch"};
  Host*                    host   = NULL;
  Error                    error  = {{0}};
  const HostConfig         config = {.rate = 48000, .bundle_dir = rig_bundle_dir(), .offline = true};
  Status                   status = host_new(&host, &config, &error);
  for (size_t i = 0; !status && i < sizeof(uris) / sizeof(uris[0]); ++i) {
    Plugin* plugin = NULL;
    status         = host_plugin_new(host, uris[i], &plugin, &error);
    if (plugin) {
      host_plugin_free(host, plugin);
    }
  }
  host_free(host);
  say(!status, "plugins", "%s", status ? error.text : "EQ and pitch shifter load");
}

int
doctor_main(const int argc, char** const argv)
{
  if (argc > 1) {
    const bool help = !strcmp(argv[1], "--help");
    fprintf(help ? stdout : stderr,
            "Usage: deckhost doctor\nLooks at what on this machine stands in the way of audio without dropouts.\n");
    return help ? EXIT_SUCCESS : 2;
  }
  log_set_level(LOG_ERROR);
  check_server();
  check_priority();
  check_memory();
  check_governor();
  check_shared_memory();
  check_swap();
  check_plugins();
  return troubles ? EXIT_FAILURE : EXIT_SUCCESS;
}
