# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of the tree: which part may include which, where foreign headers may stand, what a real-time file is."""

import ast, glob, os, re, shutil, subprocess, sys, tempfile

top = os.environ.get('DECKHOST_SOURCE') or os.path.abspath(__file__ + '/../../..')
build = os.environ.get('DECKHOST_BUILD') or os.path.join(top, 'build')

# Foreign headers, and the only folders that may include them.
FOREIGN = {
    r'jack/': ['client/jack/', 'tests/'],
    r'lilv/': ['client/host/', 'tests/'],
    r'lv2/': ['client/host/', 'plugins/eq/', 'plugins/pitch/', 'tests/'],
    r'sndfile\.h': ['client/io/', 'demo/', 'tests/'],
    r'lo/': ['client/control/', 'client/remote/', 'tests/'],
    r'rubberband/': ['plugins/pitch/', 'tests/'],
}


def parts():
    """PARTS of wscript, read rather than run."""
    with open(os.path.join(top, 'wscript')) as text:
        for node in ast.parse(text.read()).body:
            if isinstance(node, ast.Assign) and node.targets[0].id == 'PARTS':
                return ast.literal_eval(node.value)


PARTS = parts()
PARTS.update(eq=('plugins/eq', ['dsp']), pitch=('plugins/pitch', ['dsp']))
FOLDERS = {folder: name for name, (folder, _) in PARTS.items()}


def visible(name):
    """The parts that a part may include, itself among them."""
    return {name}.union(*(visible(other) for other in PARTS[name][1]))


def tracked():
    """Every text file of ours."""
    listed = subprocess.run(['git', 'ls-files', '-z'], cwd=top, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if listed.returncode == 0 and listed.stdout:
        names = listed.stdout.decode().split('\0')[:-1]
    else: # not a clone: the folders we know
        names = [os.path.relpath(f, top) for folder in ('client', 'plugins', 'tests', 'demo', 'docs', 'ttl', 'presets', 'waftools')
                 for f in glob.glob(glob.escape(os.path.join(top, folder)) + '/**', recursive=True)]
    return sorted(n for n in names if os.path.isfile(os.path.join(top, n)))


def text(name):
    with open(os.path.join(top, name), errors='replace') as f:
        return f.read()


FILES = tracked()
C = [n for n in FILES if n.endswith(('.c', '.h'))]
OURS = [n for n in C if n.startswith(('client/', 'plugins/'))]


def includes(source):
    return re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', source, re.M)


def part_of(name):
    return FOLDERS.get(os.path.dirname(name))


def bad_includes(name, source):
    """Of one file: includes against the direction, foreign ones out of place, and ones that climb."""
    found = []
    part = part_of(name)
    for header in includes(source):
        first = header.split('/')[0]
        if '..' in header.split('/'):
            found.append('%s: "%s" climbs' % (name, header))
        if part and first in PARTS and '/' in header and first not in visible(part) and \
                os.path.exists(os.path.join(top, PARTS[first][0], header.split('/', 1)[1])):
            found.append('%s: %s may not include %s' % (name, part, header))
        for pattern, folders in FOREIGN.items():
            if re.match(pattern, header) and not name.startswith(tuple(folders)) and \
                    not (first in PARTS and os.path.exists(os.path.join(top, PARTS[first][0], header.split('/', 1)[-1]))):
                found.append('%s: %s belongs to %s' % (name, header, ' '.join(folders)))
    return found


def includes_follow_the_direction():
    return [bad for name in C for bad in bad_includes(name, text(name))]


def a_wrong_include_is_found():
    """The check above sees what it should see."""
    wrong = [('client/engine/x.c', '#include "host/host.h"\n'), ('client/msg/x.c', '#include "engine/engine.h"\n'),
             ('client/io/x.c', '#include "host/host.h"\n'), ('plugins/eq/x.c', '#include "base/status.h"\n'),
             ('client/engine/x.c', '#include <jack/jack.h>\n'), ('client/rig/x.c', '#include <lilv/lilv.h>\n'),
             ('client/host/x.c', '#include <sndfile.h>\n'), ('client/session/x.c', '#include <lo/lo.h>\n'),
             ('client/msg/x.c', '#include "../base/status.h"\n')]
    right = [('client/engine/x.c', '#include "msg/ring.h"\n'), ('client/session/x.c', '#include "jack/client.h"\n')]
    return ['not found: %s in %s' % (s.strip(), n) for n, s in wrong if not bad_includes(n, s)] + \
        ['wrongly found: ' + b for n, s in right for b in bad_includes(n, s)]


def a_wrong_include_does_not_compile():
    """The build shows each part only the folders it may see."""
    compiler = shutil.which('cc') or shutil.which('gcc')
    if not os.path.isdir(os.path.join(build, 'include')):
        return ['%s/include is missing: is it built?' % build]
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, 'x.c')
        for part, header, fine in (('engine', 'msg/ring.h', True), ('msg', 'base/status.h', True), ('engine', 'host/host.h', False),
                                   ('msg', 'engine/engine.h', False), ('base', 'msg/ring.h', False), ('io', 'host/host.h', False),
                                   ('control', 'engine/engine.h', False), ('remote', 'msg/ring.h', False),
                                   ('eq', 'base/status.h', False)):
            with open(source, 'w') as f:
                f.write('#include "%s"\n' % header)
            shown = ['-I%s/include/%s' % (build, p) for p in sorted(visible(part))]
            done = subprocess.run([compiler, '-std=c11', '-D_GNU_SOURCE', '-fsyntax-only'] + shown + [source],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            missing = 'No such file' in done.stderr
            if fine and done.returncode or not fine and not missing:
                problems.append('%s %s %s: %s' % (part, 'cannot include' if fine else 'can include', header, done.stderr))
    return problems


def the_build_uses_these_include_paths():
    """Every folder on the include path holds one link, to the part it is named after."""
    problems = []
    for name, (folder, _) in PARTS.items():
        path = os.path.join(build, 'include', name)
        if not os.path.isdir(os.path.join(top, folder)):
            continue
        if os.listdir(path) != [name] or not os.path.samefile(os.path.join(path, name), os.path.join(top, folder)):
            problems.append('%s shows %s' % (path, ' '.join(os.listdir(path))))
    return problems


def every_file_names_its_licence():
    kinds = ('.c', '.h', '.py', '.sh', '.in', '.ttl')
    named = [n for n in FILES if n.endswith(kinds) or os.path.basename(n) in ('wscript', 'waf') or n == '.ci/run']
    return [n + ': no SPDX line' for n in named if 'SPDX-License-Identifier: GPL-3.0-or-later' not in text(n)[:400]]


def no_file_is_long():
    return ['%s: %d lines' % (n, text(n).count('\n')) for n in C if text(n).count('\n') > 500]


EVERY_THREAD = ['plugin_port'] # looks up what never changes


def real_time_functions_say_so():
    """What one file offers to others on the process thread ends in _rt, or stands in a file that does; words that every
    thread uses (dsp, base, msg) and static ones are free.  What ends in _rt carries the mark, except for what hands
    out a struct ending in Rt."""
    problems = []
    for name in OURS:
        stem = os.path.splitext(os.path.basename(name))[0]
        free = stem.endswith('_rt') or stem in ('rt_vouch', 'rt') or part_of(name) in ('dsp', 'base', 'msg')
        source = re.sub(r'//[^\n]*|/\*.*?\*/', '', text(name), flags=re.S)
        for match in re.finditer(r'^RT\b([^;={(]*?)\b(\w+)\(', source, re.M):
            if not free and not re.search(r'\b(static|inline)\b', match[1]) and not match[2].endswith('_rt') \
                    and match[2] not in EVERY_THREAD:
                problems.append('%s: %s is marked RT: name it %s_rt' % (name, match[2], match[2]))
        if name.endswith('.h'):
            for match in re.finditer(r'^(?!.*\bRT\b)(?!\s*#)([A-Za-z][\w\s*]*?)\b(\w+_rt)\s*\([^;{]*\)\s*;', source, re.M):
                if not re.search(r'Rt\s*\*\s*$', match[1]):
                    problems.append('%s: %s lacks the mark RT' % (name, match[2]))
    return problems


def misnamed_real_time_functions_are_found():
    """The check above sees what it should see."""
    global OURS, text
    saved, wrong = (OURS, text), {'client/io/x.h': 'RT void go(void);\n', 'client/io/y.h': 'void go_rt(int n);\n'}
    try:
        OURS, text = list(wrong), wrong.get
        found = real_time_functions_say_so()
    finally:
        OURS, text = saved
    return [] if len(found) == 2 else ['found only: %s' % found]


def no_jargon():
    """Nothing about where and by whom it was made, and nothing unfinished."""
    words = [r'/home/\w', r'/root/', r'/Users/\w', r'\bTO' + r'DO\b', r'\bFIX' + r'ME\b', r'\bX' + r'XX\b']
    problems = []
    for name in FILES:
        if name.endswith(('.png', '.wav', '.ogg', '.flac')):
            continue
        for number, line in enumerate(text(name).splitlines(), 1):
            problems += ['%s:%d: %s' % (name, number, line.strip()) for w in words
                         if re.search(w, line) and name != 'tests/rules/test_rules.py']
    return problems


def the_client_includes_no_plugin():
    """The client knows the plugins by URI and symbol, as any host does."""
    return ['%s: %s' % (n, h) for n in C if n.startswith('client/') for h in includes(text(n)) if h.startswith(('eq/', 'pitch/'))]


RULES = [includes_follow_the_direction, a_wrong_include_is_found, a_wrong_include_does_not_compile, the_build_uses_these_include_paths,
         the_client_includes_no_plugin, every_file_names_its_licence, no_file_is_long, real_time_functions_say_so,
         misnamed_real_time_functions_are_found, no_jargon]


def main():
    print('1..%d' % len(RULES))
    failed = 0
    for number, rule in enumerate(RULES, 1):
        problems = rule()
        failed += bool(problems)
        print('%s %d - %s' % ('not ok' if problems else 'ok', number, rule.__name__.replace('_', ' ')))
        for problem in problems:
            print('# ' + problem)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
