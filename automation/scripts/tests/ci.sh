#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ci.sh: the job definitions are YAML, and what they name exists: files, jobs, make
# targets, variants, tests. Called by the test driver.

. "$(dirname "$0")/../env.sh"

files=".gitlab-ci.yml $(echo automation/gitlab-ci/*.yaml)"
yamllint -s -d '{extends: default, rules: {document-start: disable, line-length: {max: 100},
    indentation: {indent-sequences: consistent}, quoted-strings: disable}}' $files || die "see above"

# jobs: what is defined at the left edge, but for GitLab's own words.
jobs=$(sed -n 's/^\([.a-z0-9-]*\):$/\1/p' $files | grep -vxE 'variables|stages|include')
[ -z "$(echo "$jobs" | sort | uniq -d)" ] || die "two jobs have one name"

tests=$(cut -d " " -f 1 automation/qemu/tests/*.list)

# each WHAT EXPRESSION COMMAND...: COMMAND succeeds for every word that sed finds
# with EXPRESSION, and there is one.
each()
{
    what=$1
    words=$(sed -n "$2" $files | sort -u)
    shift 2
    [ -n "$words" ] || die "the jobs name no $what"
    for word in $words
    do
        "$@" "$word" || die "there is no $what '$word'"
    done
}

is_job()
{
    echo "$jobs" | grep -qxF -- "$1"
}

is_stage()
{
    sed -n '/^stages:/,/^$/p' .gitlab-ci.yml | grep -qx "  - $1"
}

is_target()
{
    grep -q "^$1:" Makefile
}

is_variant()
{
    grep -q "^    $1)" automation/scripts/build.sh
}

is_test()
{
    echo "$tests" | while read -r name
    do
        case $name in
        $1) echo "$name" ;;
        esac
    done | grep -q .
}

set -f
each file "s/^ *- local: '\(.*\)'$/\1/p" test -f
each job 's/^  extends: //p' is_job
each job '/^  needs:$/,/^$/s/^    - //p' is_job
each stage 's/^  stage: //p' is_stage
each target 's/^    - make \([a-z-]*\) .*/\1/p' is_target
each variant 's/^    VARIANT: "\{0,1\}\([a-z0-9]*\).*/\1/p' is_variant
each test "s/.* T='\{0,1\}\([^' ]*\).*/\1/p" is_test
grep -qF "$CHECK_DIR/junit.xml" automation/gitlab-ci/test.yaml || die "the results are in $CHECK_DIR/junit.xml"
