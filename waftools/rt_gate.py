# SPDX-License-Identifier: GPL-3.0-or-later
"""The symbol gate: which functions outside of this program can real-time code reach?

Each function has a section of its own (-ffunction-sections), so the relocations of an object say what each function
refers to.  Starting from the real-time functions, everything of ours that they reach is followed; every foreign symbol
met on the way has to be on the list in rt_symbols.txt, with a reason.  Calls through pointers are not seen here: their
types carry the mark that the compiler checks."""

import glob, os, re, subprocess


class Function:
    def __init__(self, name, source):
        self.name, self.source, self.refers = name, source, set()

    def is_root(self):
        """Ends in _rt, lies in a file that does, or is a plugin's run function."""
        name, stem = self.name.split('.')[0], os.path.splitext(self.source)[0]
        return name.endswith('_rt') or stem.endswith('_rt') or (stem.endswith('_lv2') and re.match(r'run(_|$)', name))


def lines(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout.splitlines()


def read_object(path):
    """Functions by section, names defined as global, and per section the symbols referred to."""
    source = re.sub(r'\.c\.\d+\.o$', '.c', os.path.basename(path))
    by_section, exported, refers = {}, {}, {}
    for line in lines('objdump', '-t', path):
        m = re.match(r'[0-9a-f]+ (.{7}) (\S+)\t[0-9a-f]+ +(?:\.(?:hidden|protected|internal) )?(\S+)$', line)
        if m and m[2].startswith('.text') and m[1].strip()[-1:] in ('F', 'i'):
            function = Function(m[3], source)
            by_section.setdefault(m[2], []).append(function)
            if m[1][0] in 'gu' or 'w' in m[1]:
                exported[m[3]] = function
            else:
                exported.setdefault(path + ':' + m[3], function)
        elif m and m[2] != '*UND*':
            exported.setdefault(m[3] if m[1][0] == 'g' else path + ':' + m[3], None) # data of ours
    section = None
    for line in lines('objdump', '-r', path):
        m = re.match(r'RELOCATION RECORDS FOR \[(.*)\]', line)
        if m:
            section = m[1]
            continue
        m = re.match(r'[0-9a-f]+ \S+ +(\S+?)(?:[-+]0x[0-9a-f]+)?$', line)
        if m and section and section.startswith('.text'):
            refers.setdefault(section, set()).add(m[1])
    return by_section, exported, refers


def graph(paths):
    """All functions, each with the functions of ours and the foreign names it refers to."""
    ours, objects = {}, []
    for path in paths:
        parsed = read_object(path)
        objects.append((path, parsed))
        ours.update(parsed[1])
    functions = []
    for path, (by_section, _, refers) in objects:
        for section, inside in by_section.items():
            functions += inside
            for name in refers.get(section, ()):
                if name in by_section: # a section symbol: a static function
                    found = by_section[name]
                elif name.startswith('.'): # data
                    continue
                elif path + ':' + name in ours or name in ours:
                    found = [ours.get(path + ':' + name) or ours.get(name)]
                else:
                    found = [name]
                for function in inside:
                    function.refers.update(f for f in found if f is not None)
    return functions


def allowed(path):
    names = set()
    with open(path) as text:
        for line in text:
            if line.strip() and not line.startswith('#'):
                names.add(line.split()[0])
    return names


def objects(out):
    quoted = glob.escape(out)
    return sorted(glob.glob(quoted + '/client/**/*.o', recursive=True) + glob.glob(quoted + '/plugins/**/*.o', recursive=True))


def check(out, list_path):
    """(problems, number of functions reached)"""
    functions, fine = graph(objects(out)), allowed(list_path)
    reached = {f: None for f in functions if f.is_root()}
    queue, problems = list(reached), []
    while queue:
        function = queue.pop()
        for target in function.refers:
            if isinstance(target, str):
                if target not in fine:
                    problems.append('%s refers to %s: %s' % (function.source, target, way(function, reached)))
            elif target not in reached:
                reached[target] = function
                queue.append(target)
    if not reached:
        problems.append('no real-time function found in %s: is it built?' % out)
    return sorted(problems), len(reached)


def way(function, reached):
    """How a root gets there."""
    names = []
    while function is not None:
        names.append(function.name)
        function = reached[function]
    return ' <- '.join(names)
