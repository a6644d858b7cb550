// SPDX-License-Identifier: GPL-3.0-or-later
#include "host/binary.h"

#include "dsp/rt.h"

#include <lv2/core/lv2.h>

#include <dlfcn.h>
#include <string.h>

/// What the loader says, without what was said already, on one line.
static const char*
loader_says(const char* const path)
{
  const char* const text = dlerror();
  const size_t      n    = strlen(path);
  return !text ? "it can't be loaded" : strncmp(text, path, n) == 0 && text[n] == ':' ? text + n + 2 : text;
}

static bool
holds(const LV2_Descriptor_Function descriptor, const char* const uri)
{
  const LV2_Descriptor* d = NULL;
  for (uint32_t i = 0; (d = descriptor(i)); ++i) {
    if (!strcmp(d->URI, uri)) {
      return true;
    }
  }
  return false;
}

static Status
look_into(const char* const path, const char* const uri, Error* const error)
{
  void* const lib = dlopen(path, RTLD_NOW);
  if (!lib) {
    return error_set(error, STATUS_BAD_FORMAT, "%.150s does not start: %.150s: %.150s", uri, path, loader_says(path));
  }
  // A library may answer by lv2_lib_descriptor instead: lilv knows how to ask it
  LV2_Descriptor_Function descriptor;
  *(void**)&descriptor = dlsym(lib, "lv2_descriptor");
  Status status        = STATUS_OK;
  if (descriptor ? !holds(descriptor, uri) : !dlsym(lib, "lv2_lib_descriptor")) {
    status = error_set(error, STATUS_BAD_FORMAT,
                       "%.200s does not start: its data names it, but %.200s does not hold it", uri, path);
  }
  dlclose(lib);
  return status;
}

Status
binary_check(const LilvPlugin* const plugin, Error* const error)
{
  const char* const     uri    = lilv_node_as_uri(lilv_plugin_get_uri(plugin));
  const LilvNode* const node   = lilv_plugin_get_library_uri(plugin);
  char* const           path   = node ? lilv_node_get_path(node, NULL) : NULL;
  const Status          status = path
                                   ? look_into(path, uri, error)
                                   : error_set(error, STATUS_BAD_FORMAT, "%.200s does not start: its data names no binary", uri);
  lilv_free(path);
  return status;
}
