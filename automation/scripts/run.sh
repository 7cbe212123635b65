#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh VARIANT...: `make run` and `make run-both`. Builds what is missing,
# boots each variant once, with a guest that gets the display and is destroyed,
# and another after it, and leaves the report of the last one at the top of
# build/run. Exit status: the last run's.

. "$(dirname "$0")/env.sh"

child=
stop()
{
    trap '' INT TERM HUP
    [ -z "$child" ] || { kill "$child" 2>/dev/null; wait "$child" || :; }
    exit 130
}
trap stop INT TERM HUP

# The display of the bench has its command ring in the region: rmr=keep.
guest=xl-create:display,guest-wait:display:GUEST:%20up,idle:3,xl-destroy:display
words="dom0=xl masters=display,audio,ehci display.owner=guest
args=rmr=/display@10000000=keep dom0args=bench=key,$guest,$guest,key"

automation/scripts/deps.sh $PACKAGES_TOOLS
automation/scripts/build.sh "$@"
make -s firmware hosttools

status=0
for variant in "$@"
do
    case $variant in
    mistake:* | variant:*) variant=${variant%%:*}-${variant#*:} ;;
    esac
    dir=$RUN_DIR/$variant
    tools=ours
    [ "$variant" != stock ] || tools=stock
    automation/scripts/tools.sh "$tools"
    automation/scripts/image.sh "$tools"
    say "booting Xen ($variant) on $("$QEMU" --version | head -n 1)"
    # The table goes to a file too; a pipe would hide run.sh's pid and status.
    mkdir -p "$RUN_DIR"
    rm -f "$RUN_DIR/output"
    mkfifo "$RUN_DIR/output"
    tee "$RUN_DIR/$variant.txt" < "$RUN_DIR/output" &
    teepid=$!
    automation/qemu/run.sh xen="$variant" name="$variant" $words > "$RUN_DIR/output" 2>&1 &
    child=$!
    status=0
    wait "$child" || status=$?
    child=
    wait "$teepid" || :
    rm -f "$RUN_DIR/output"
    mv "$RUN_DIR/$variant.txt" "$dir/output.txt" 2>/dev/null || :
    for file in report.json report.html display.png
    do
        [ ! -f "$dir/$file" ] || cp "$dir/$file" "$RUN_DIR/$file"
    done
    [ $status -le 1 ] || die "the run of $variant brought no verdict (status $status); what there is: $dir"
done

# Two runs: what the analyser printed for each, one beside the other.
if [ $# = 2 ]
then
    echo
    awk 'FNR == 1 { file++ }
         /\r/ { next }
         file == 1 { left[++n] = $0; if ( length($0) > width ) width = length($0) }
         file == 2 { right[++m] = $0 }
         END { for ( i = 1; i <= (n > m ? n : m); i++ )
                   printf("%-*s | %s\n", width, left[i], right[i]) }' \
        "$RUN_DIR/$1/output.txt" "$RUN_DIR/$2/output.txt"
fi
say "report: $RUN_DIR/report.html, pictures: $RUN_DIR/display.png, raw data: $dir"
exit $status
