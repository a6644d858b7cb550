def run_all(top, out, only=''):
    return 0, 0
