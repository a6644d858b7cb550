# SPDX-License-Identifier: GPL-3.0-or-later
"""Do the real-time checks see anything?  Each is shown a function that it must not let pass."""

import os, subprocess, tempfile
from waftools import rt_gate

BAD = '''#include "dsp/rt.h"
#include <stdlib.h>
RT void bad_rt(void** p);
void    bad_rt(void** p) { *p = malloc(10); }
'''
GOOD = '''#include "dsp/rt.h"
RT void good_rt(float* p);
void    good_rt(float* p) { *p += 1.0f; }
'''
MAIN = '\nint main(void) { void* volatile p = NULL; bad_rt((void**)&p); return p == NULL; }\n'


def quiet(command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def check(top, clang):
    problems = []
    flags = ['-std=c11', '-O1', '-ffunction-sections', '-I' + os.path.join(top, 'plugins')]
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(os.path.join(folder, 'client'))

        def path(name):
            return os.path.join(folder, name)

        def write(name, text):
            with open(path(name), 'w') as f:
                f.write(text)
            return path(name)
        bad, good, whole = write('bad_rt.c', BAD), write('good_rt.c', GOOD), write('whole.c', BAD + MAIN)

        effects = [clang, '-fsyntax-only', '-Wfunction-effects', '-Werror'] + flags
        if quiet(effects + [good]).returncode:
            problems.append('-Wfunction-effects refuses a good function')
        if 'malloc' not in quiet(effects + [bad]).stdout:
            problems.append('-Wfunction-effects does not see a malloc')

        if quiet([clang, '-fsanitize=realtime', whole, '-o', path('whole')] + flags).returncode:
            problems.append('-fsanitize=realtime does not link: is libclang-rt there?')
        elif 'malloc' not in quiet([path('whole')]).stdout:
            problems.append('RealtimeSanitizer does not see a malloc')

        listed = os.path.join(top, 'waftools', 'rt_symbols.txt')
        for source, expected in ((good, 0), (bad, 1)):
            quiet(['cc', '-c', source, '-o', path('client/x_rt.c.1.o')] + flags)
            found, reached = rt_gate.check(folder, listed)
            if len(found) != expected or reached != 1:
                problems.append('the symbol gate finds %s in %s' % (found, os.path.basename(source)))
    return problems
