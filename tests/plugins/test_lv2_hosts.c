// SPDX-License-Identifier: GPL-3.0-or-later

// The plugins in other hosts, over a file: what comes out is what we make of it ourselves.

#include "support/lv2_stage.h"
#include "support/signal.h"

#include <glob.h>
#include <sndfile.h>
#include <sys/stat.h>

enum { N = 30011, RATE = 48000, MOST = N + 65536 };

static float  in_left[N], in_right[N], out_left[N], out_right[N];
static float  interleaved[2 * MOST];
static float* in[2]  = {in_left, in_right};
static float* out[2] = {out_left, out_right};
static char   folder[4096], in_path[4200], out_path[4200];

typedef struct {
  const char* name;
  const char* control; ///< how a control is said,
  const char* between; ///< and what stands between two
  const char* command; ///< of: input, plugin, controls, output
  const char* colon;   ///< a colon in the URI
  bool        dashes;  ///< in symbols, for lines below
  bool        all;     ///< controls have to be given, by their order
  bool        plain;   ///< only variants without groups
} OtherHost;

static const OtherHost lv2apply = {"lv2apply", "-c %s %g", " ", "lv2apply -i '%1$s' -o '%4$s' %3$s '%2$s' 2>&1",
                                   .colon = ":"};
static const OtherHost lv2file  = {"lv2file", "-p %s:%g", " ", "lv2file -i '%1$s' -o '%4$s' -b 333 %3$s '%2$s' 2>&1",
                                   .colon = ":"};
static const OtherHost lv2proc  = {"lv2proc", "-c %s:%g", " ",
                                   "lv2proc --with-latency -i '%1$s' -o '%4$s' %3$s '%2$s' 2>&1", .colon = ":"};
static const OtherHost ffmpeg   = {
    "ffmpeg",
    "%s=%g",
    "|",
    "ffmpeg -nostdin -loglevel error -y -i '%1$s' -af 'lv2=p=%2$s:c=%3$s' -c:a pcm_f32le '%4$s' 2>&1",
    .colon = "\\\\:", // escaped once for the filter and once for its chain
};

// Its elements are called after the URI with dashes, its properties after the symbols with dashes; switches are off.
static const OtherHost gstreamer = {
  "gst-launch-1.0",
  "%s=%g",
  " ",
  "gst-launch-1.0 -q filesrc location='%1$s' ! wavparse ! %2$s enabled=1 %3$s ! wavenc ! "
  "filesink location='%4$s' 2>&1",
  "-",
  .dashes = true,
  .plain  = true};

// Takes all controls, by their order.
static const OtherHost ecasound = {"ecasound",
                                   "%.0s%g",
                                   ",",
                                   "ecasound -q -D -b:333 -f:f32_le,%5$d,48000 -i '%1$s' -o '%4$s' "
                                   "'-elv2:%2$s,%3$s' 2>&1",
                                   ":",
                                   .all = true};

static const struct {
  const char* uri;
  struct {
    const char* symbol;
    float       value;
  } set[3];
  double error;
} runs[] = {
  {"urn:deckhost:eq", {{"low", -12}, {"mid", 6}, {"high", 3}}, 0},
  {"urn:deckhost:eq", {{"mode", 1}, {"kill_low", 1}, {"low_freq", 300}}, 0},
  {"urn:deckhost:eq:plain", {{"kill_mid", 1}, {"mid_freq", 800}, {"gain", -3}}, 0},
  {"urn:deckhost:eq:mono", {{"low", -12}, {"mid", 6}, {"gain", 3}}, 0},
  {"urn:deckhost:pitch", {{"semitones", 2}, {"cents", 20}}, 0},
  {"urn:deckhost:pitch", {{"semitones", 7}}, 1e-5}, // Rubber Band, cut into other blocks: -80 dB of 0.1
  {"urn:deckhost:pitch:mono", {{"semitones", -2}}, 0},
  {"urn:deckhost:pitch:plain", {{"semitones", 7}}, 1e-5},
  {"urn:deckhost:pitch:plain", {{"semitones", -2}, {"cents", 50}}, 0},
};

static void
write_input(const uint32_t channels)
{
  SF_INFO        info = {.samplerate = RATE, .channels = (int)channels, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT};
  SNDFILE* const file = sf_open(in_path, SFM_WRITE, &info);
  assert_non_null(file);
  for (uint32_t i = 0; i < N; ++i) {
    for (uint32_t c = 0; c < channels; ++c) {
      interleaved[i * channels + c] = in[c][i];
    }
  }
  assert_int_equal(sf_writef_float(file, interleaved, N), N);
  sf_close(file);
}

// The command's text in case it fails.  Return: whether there is such a program.
static bool
run_host(const OtherHost* const host, const char* const controls, const char* const uri, const uint32_t channels)
{
  char command[16384], escaped[256] = "", text[4096];
  snprintf(command, sizeof(command), "command -v %s >/dev/null", host->name);
  if (system(command)) {
    print_message("# skipped: no %s\n", host->name);
    return false;
  }
  for (const char* c = uri; *c; ++c) {
    strncat(escaped, *c == ':' ? host->colon : c, *c == ':' ? strlen(host->colon) : 1);
  }
  snprintf(command, sizeof(command), host->command, in_path, escaped, controls, out_path, channels);
  FILE* const pipe = popen(command, "r");
  assert_non_null(pipe);
  text[fread(text, 1, sizeof(text) - 1, pipe)] = '\0';
  if (pclose(pipe)) {
    fail_msg("%s\n%s", command, text);
  }
  return true;
}

static void
check_output(const char* const host, const size_t r, const uint32_t channels)
{
  SF_INFO        info = {0};
  SNDFILE* const file = sf_open(out_path, SFM_READ, &info);
  if (!file) {
    fail_msg("%s, run %zu: %s", host, r, sf_strerror(NULL));
  }
  assert_int_equal(info.channels, channels);
  const sf_count_t n = sf_readf_float(file, interleaved, MOST);
  sf_close(file);
  // lv2file and lv2proc may stop at a whole block
  assert_true(n >= N - 512);
  for (uint32_t i = 0; i < N && i < n; ++i) {
    for (uint32_t c = 0; c < channels; ++c) {
      const double d = fabs((double)interleaved[i * channels + c] - (double)out[c][i]);
      if (!(d <= runs[r].error)) {
        fail_msg("%s, run %zu, %s: differs by %g at frame %u", host, r, runs[r].uri, d, i);
      }
    }
  }
}

static void
check_host(const OtherHost* const host)
{
  for (size_t r = 0; r < sizeof(runs) / sizeof(*runs); ++r) {
    if (!stage_has(runs[r].uri)) {
      continue;
    }
    Stage  s;
    char   controls[512] = "";
    size_t n             = 0;
    if (host->plain && !strstr(runs[r].uri, ":plain")) {
      continue;
    }
    stage_enter(&s, runs[r].uri, RATE);
    for (int k = 0; k < 3 && runs[r].set[k].symbol; ++k) {
      stage_set(&s, runs[r].set[k].symbol, runs[r].set[k].value);
    }
    for (uint32_t p = 0; p < s.ports; ++p) {
      const char* const symbol = stage_symbol(&s, p);
      if (s.is_control[p] && s.is_input[p] && (host->all || s.value[p] != s.def[p])) {
        char one[128];
        snprintf(one, sizeof(one), host->control, symbol, (double)s.value[p]);
        n += (size_t)snprintf(controls + n, sizeof(controls) - n, "%s%s", n ? host->between : "", one);
      }
    }
    for (char* c = controls; host->dashes && *c; ++c) {
      *c = *c == '_' ? '-' : *c;
    }
    stage_run_blocks(&s, in, out, N, 256);
    write_input(s.channels);
    remove(out_path);
    if (run_host(host, controls, runs[r].uri, s.channels)) {
      check_output(host->name, r, s.channels);
    }
    stage_leave(&s);
  }
}

static void
test_lv2apply(void** const state)
{
  check_host(&lv2apply);
}

static void
test_lv2file(void** const state)
{
  check_host(&lv2file);
}

static void
test_lv2proc(void** const state)
{
  check_host(&lv2proc);
}

static void
test_ffmpeg(void** const state)
{
  check_host(&ffmpeg);
}

// A new registry means a look at all plugins there are, some hundred, in a process of its own: what fails there is not
// ours.  So it sees the four that we need.
static void
test_gstreamer(void** const state)
{
  static const char* const needed[] = {"coreelements", "wavparse", "wavenc", "lv2"};
  char                     registry[4200], plugins[4200], link[4][4300];
  snprintf(registry, sizeof(registry), "%s/registry", folder);
  snprintf(plugins, sizeof(plugins), "%s/plugins", folder);
  assert_int_equal(mkdir(plugins, 0700), 0);
  for (int k = 0; k < 4; ++k) {
    char   pattern[256];
    glob_t found;
    snprintf(link[k], sizeof(link[k]), "%s/libgst%s.so", plugins, needed[k]);
    snprintf(pattern, sizeof(pattern), "/usr/lib/*/gstreamer-1.0/libgst%s.so", needed[k]);
    if (!glob(pattern, 0, NULL, &found)) {
      assert_int_equal(symlink(found.gl_pathv[0], link[k]), 0);
    }
    globfree(&found);
  }
  setenv("GST_REGISTRY", registry, 1);
  setenv("GST_REGISTRY_FORK", "no", 1);
  setenv("GST_PLUGIN_SYSTEM_PATH_1_0", plugins, 1);
  check_host(&gstreamer);
  for (int k = 0; k < 4; ++k) {
    remove(link[k]);
  }
  remove(registry);
  rmdir(plugins);
}

static void
test_ecasound(void** const state)
{
  check_host(&ecasound);
}

static int
set_up(void** const state)
{
  const char* const tmp = getenv("TMPDIR");
  snprintf(folder, sizeof(folder), "%s/deckhost-lv2-XXXXXX", tmp ? tmp : "/tmp");
  if (!mkdtemp(folder)) {
    return -1;
  }
  snprintf(in_path, sizeof(in_path), "%s/in.wav", folder);
  snprintf(out_path, sizeof(out_path), "%s/out.wav", folder);
  signal_noise(in_left, N, 1);
  signal_noise(in_right, N, 2);
  for (int i = 0; i < N; ++i) { // some hosts clip
    in_left[i] *= 0.2f;
    in_right[i] *= 0.2f;
  }
  return stage_open(state);
}

static int
tear_down(void** const state)
{
  remove(in_path);
  remove(out_path);
  rmdir(folder);
  return stage_close(state);
}

int
main(void)
{
#ifdef DECKHOST_SANITIZED
  puts("1..0 # SKIP other programs can't load a sanitized plugin");
  return 0;
#endif
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_lv2apply), cmocka_unit_test(test_lv2file),   cmocka_unit_test(test_lv2proc),
    cmocka_unit_test(test_ffmpeg),   cmocka_unit_test(test_gstreamer), cmocka_unit_test(test_ecasound),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
