#!/bin/sh
# Prints the home of a Java that Spark 4.2 runs on (17 or 21). With --install: on Debian or Ubuntu, as root, installs one when
# there is none; elsewhere says what to do. Exit 2 when there is none.
set -eu

major() {
    "$1/bin/java" -version 2>&1 | sed -n 's/.*version "\(1\.\)\{0,1\}\([0-9]*\).*/\2/p' | head -n 1
}

fits() {
    [ -x "$1/bin/java" ] && case "$(major "$1")" in 17 | 21) return 0 ;; *) return 1 ;; esac
}

find_home() {
    if [ -n "${JAVA_HOME:-}" ] && fits "$JAVA_HOME"; then echo "$JAVA_HOME"; return 0; fi
    if on_path=$(command -v java); then
        home=$(dirname "$(dirname "$(readlink -f "$on_path")")")
        if fits "$home"; then echo "$home"; return 0; fi
    fi
    for home in /usr/lib/jvm/*; do
        if fits "$home"; then echo "$home"; return 0; fi
    done
    return 1
}

if find_home; then exit 0; fi
if [ "${1:-}" = "--install" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Java 17 or 21 is missing: installing it with apt-get." >&2
    apt-get update -qq >&2 || true
    for package in openjdk-17-jre-headless openjdk-21-jre-headless; do
        if apt-get install -y -qq --no-install-recommends "$package" >&2 2>/dev/null && find_home; then
            echo "Installed $package." >&2
            exit 0
        fi
    done
fi
found=$(command -v java >/dev/null && java -version 2>&1 | head -n 1 || echo "no java on PATH")
echo "Java 17 or 21 is needed and was not found ($found). Debian/Ubuntu: sudo apt-get install openjdk-17-jre-headless; macOS: brew install openjdk@17; then set JAVA_HOME." >&2
exit 2
