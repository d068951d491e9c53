#!/bin/sh
# Make the environment that every make target runs in, and do nothing (in milliseconds) where it is already right.
#
#   sh tools/setup.sh VENV [PYTHON]
#
# The last thing a set-up does is to write VENV/.sgdkit with what it was made from: the place of the checkout, pyproject.toml and
# constraints.txt. So an interrupted set-up, a moved folder and changed dependencies are all noticed and repaired at the next command.
set -eu
venv=$1
wanted=${2:-}
oldest=11 newest=13 # minor versions of Python 3

stop() {
    echo "sgdkit: $*" >&2
    exit 1
}

minor() { # the minor version of interpreter $1, or nothing where it does not run or is not Python 3
    "$1" -c 'import sys; print(sys.version_info[1] if sys.version_info[0] == 3 else "")' 2>/dev/null || true
}

can_make_environments() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

works() { [ -x "$venv/bin/python" ] && "$venv/bin/python" -m pip --version >/dev/null 2>&1; }

fingerprint() {
    pwd
    cat pyproject.toml constraints.txt | cksum
}

choose() { # print the interpreter to use: the one asked for, else the first suitable one
    if [ -n "$wanted" ]; then
        version=$(minor "$wanted")
        [ -n "$version" ] || stop "PYTHON=$wanted is not a Python 3 that runs here; give the name or path of Python 3.$oldest to 3.$newest."
        [ "$version" -ge $oldest ] || stop "PYTHON=$wanted is Python 3.$version; sgdkit needs Python 3.$oldest to 3.$newest."
        [ "$version" -le $newest ] || echo "sgdkit: Python 3.$version is newer than 3.$newest, the newest that the pinned versions were tried with." >&2
        can_make_environments "$wanted" || stop "$wanted cannot make virtual environments; install its venv module (Debian and Ubuntu: apt install python3.$version-venv)."
        echo "$wanted"
        return
    fi
    found='' lacking=''
    for candidate in python3 python3.13 python3.12 python3.11 python; do
        version=$(minor "$candidate")
        [ -n "$version" ] || continue
        if [ "$version" -lt $oldest ] || [ "$version" -gt $newest ]; then
            found="$found $candidate is 3.$version,"
        elif can_make_environments "$candidate"; then
            echo "$candidate"
            return
        else
            lacking=$candidate
        fi
    done
    [ -z "$lacking" ] || stop "$lacking cannot make virtual environments; install its venv module (Debian and Ubuntu: apt install python3-venv)."
    [ -z "$found" ] || stop "Python 3.$oldest to 3.$newest is needed, but${found%,}; install one of these, or name it: make PYTHON=/path/to/python3.$newest ..."
    stop "Python was not found; install Python 3.$oldest to 3.$newest with pip and venv."
}

progress() { # from pip's report: what is happening, in a line or two
    if [ -t 1 ]; then mark='\r'; else mark=''; fi
    awk -v mark="$mark" '
        /^(Collecting|Requirement already) / { n++; if (mark) { printf mark "  %d packages looked up ", n; fflush() } }
        /^Installing collected/ { if (mark) printf "\n"; print "  installing"; fflush() }'
}

if [ "$(cat "$venv/.sgdkit" 2>/dev/null || true)" = "$(fingerprint)" ] && [ -x "$venv/bin/python" ]; then
    [ -z "$wanted" ] || [ "$(minor "$wanted")" = "$(minor "$venv/bin/python")" ] ||
        stop "$venv was made with Python 3.$(minor "$venv/bin/python"), not with $wanted; name another folder for it: make PYTHON=$wanted VENV=.venv-other ..."
    exit 0
fi

[ ! -e "$venv" ] || [ -f "$venv/pyvenv.cfg" ] || [ -z "$(ls -A "$venv")" ] ||
    stop "$venv exists and is not a virtual environment; move it away, or name another folder: make VENV=.venv-sgdkit ..."
mkdir -p "$(dirname "$venv")"
rm -f "$venv/.sgdkit"
if ! works || { [ -n "$wanted" ] && [ "$(minor "$wanted")" != "$(minor "$venv/bin/python")" ]; }; then
    python=$(choose)
    echo "Making $venv with Python 3.$(minor "$python")"
    rm -rf "$venv"
    "$python" -m venv "$venv" || {
        rm -rf "$venv"
        stop "$python could not make a virtual environment in $venv (its message is above)."
    }
fi

log="$venv/install.log"
echo "Installing sgdkit and what it needs into $venv: the first time only, a minute or a few (details: $log)"
{
    status=0
    "$venv/bin/python" -m pip --disable-pip-version-check install --constraint constraints.txt \
        --editable '.[lab,grading,cluster,dev]' 2>&1 || status=$?
    echo "pip ended with $status"
} | tee "$log" | progress
if [ "$(tail -n 1 "$log")" != "pip ended with 0" ]; then
    grep -E '^ *(ERROR|error)' "$log" >&2 || tail -n 5 "$log" >&2
    stop "the installation did not finish; it needs the network this one time. Run the same command again to go on (details: $log)."
fi
fingerprint >"$venv/.sgdkit"
