#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# check.sh CASE: the test driver itself, on a copy that has other tests. Called by
# the test driver.

. "$(dirname "$0")/../env.sh"

mkdir -p "$CHECK_DIR"
work=$TOP/$(mktemp -d "$CHECK_DIR/driver.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

mkdir -p "$work/automation/qemu/tests" "$work/automation/scripts/tests"
cp Makefile Config.mk "$work/"
cp automation/scripts/*.sh "$work/automation/scripts/"
cd "$work"
cat > automation/qemu/tests/one.list <<'END'
# A comment, an empty line, quotes, a glob.

good        script good 'two  words' '*'
idle        script idle
END
cat > automation/qemu/tests/two.list <<'END'
odd&<">'name script hostile
silent      script silent
END
echo 'long-one script good "two  words" "*"' > automation/qemu/tests/three.long
cat > automation/scripts/tests/good <<'END'
#!/bin/sh
[ "$1/$2" = 'two  words/*' ]
END
cat > automation/scripts/tests/idle <<'END'
#!/bin/sh
echo 'no <such> & "thing"'
exit 77
END
# What no XML file may hold, or only in another form, and what ends a line's text
# in some shells; more lines than are kept.
cat > automation/scripts/tests/hostile <<'END'
#!/bin/sh
seq 1000
printf 'a&b <testcase name="x"> <failure </failure></testsuite> ]]> <![CDATA[ &#0; &bogus;\n'
printf '<failure message="\n<testcase \n'
printf '\000\001\010\013\014\033[31m\037\177 \200\377\376 \303\050 \355\240\200 \357\277\277 \303\244\r\n'
printf 'last \\c & <line> \\0 "quoted" \002\377\n\n'
exit 3
END
printf '#!/bin/sh\nexit 1\n' > automation/scripts/tests/silent
chmod +x automation/scripts/tests/*

# expect VALUE XPATH...: what the file says there.
expect()
{
    value=$1
    shift
    for path in "$@"
    do
        found=$(xmllint --xpath "$path" $CHECK_DIR/junit.xml)
        [ "$found" = "$value" ] || die "$path is '$found', not '$value'"
    done
}

# Counts, results and logs are all there for a machine, whatever a test writes; the
# last line is the count.
case_junit()
{
    status=0
    automation/scripts/check.sh > output 2>&1 || status=$?
    cat output
    [ $status = 1 ] || die "the status is $status"
    [ "$(tail -n 1 output)" = "1 passed, 2 failed, 1 skipped" ] || die "the last line is no count"
    xmllint --noout $CHECK_DIR/junit.xml || die "junit.xml is not well formed"

    expect 2 'count(/testsuites/testsuite)' 'count(//testsuite[@name="one"]/testcase)' \
        'count(//testsuite[@name="two"]/testcase)' 'count(//failure)'
    expect 2 'string(//testsuite[@name="one"]/@tests)' 'string(//testsuite[@name="two"]/@tests)' \
        'string(//testsuite[@name="two"]/@failures)'
    expect 1 'string(//testsuite[@name="one"]/@skipped)' 'count(//skipped)' \
        'count(//testcase[@name="idle"]/skipped)' 'count(//testcase[@name="silent"]/failure)'
    expect 0 'string(//testsuite[@name="one"]/@failures)' 'string(//testsuite[@name="two"]/@skipped)' \
        'count(//testcase[@name="good"]/*)' 'count(//testcase[not(@time >= 0)])'
    expect 'odd&<">'"'name" 'string(//testsuite[@name="two"]/testcase[1]/@name)'
    expect 'no <such> & "thing"' 'string(//skipped/@message)'
    expect 'last \c & <line> \0 "quoted" ??' 'string(//testcase[@classname="two"][1]/failure/@message)'
    xmllint --xpath 'string(//testcase[@classname="two"][1]/failure)' $CHECK_DIR/junit.xml > text
    grep -qF '</testsuite> ]]> <![CDATA[ &#0; &bogus;' text || die "the log is not in it, or not as it was"
    grep -qx 1000 text || die "the end of the log is not whole"
    ! grep -qx 100 text || die "the whole of a long log is in it"
}

# One test by its name, and what is asked for of the long ones.
case_choice()
{
    [ "$(automation/scripts/check.sh -t good | tail -n 1)" = "1 passed, 0 failed, 0 skipped" ] ||
        die "not the one test that was asked for"
    expect 1 'count(//testcase)'
    automation/scripts/check.sh -l > output || :
    [ "$(tail -n 1 output)" = "2 passed, 2 failed, 1 skipped" ] || die "not all tests"
    expect three 'string(//testcase[@name="long-one"]/@classname)'
    ! automation/scripts/check.sh -t nothing > output 2>&1 || die "a test that does not exist passed"
    [ ! -f $CHECK_DIR/junit.xml ] || die "the results of the run before are still there"
}

# Interrupted: what has run is there.
case_interrupt()
{
    mkfifo started
    cat > automation/scripts/tests/silent <<'END'
#!/bin/sh
echo yes > started
exec sleep 1000
END
    automation/scripts/check.sh > output 2>&1 &
    driver=$!
    read -r _ < started
    kill -TERM $driver
    wait $driver || :
    [ "$(tail -n 1 output)" = "1 passed, 1 failed, 1 skipped" ] || die "the last line is no count"
    expect 3 'count(//testcase)'
}

"case_$1"
