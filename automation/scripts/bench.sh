#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# bench.sh: figures, into build/bench. What a switch does, counted by the model
# of the SMMU, for our Xen and for stock; the instructions that it takes, counted
# by callgrind; what the scan of the device tree costs at boot. Counts are the
# same on every machine; times are shown as they are, and judged by nobody.

. "$(dirname "$0")/env.sh"

child=
trap '[ -z "$child" ] || kill "$child" 2>/dev/null; exit 130' INT TERM HUP

work=$TOP/$BENCH_DIR
model=$TOP/tools/tests/rmr/model
mkdir -p "$work"
automation/scripts/fetch.sh xen
automation/scripts/build.sh ours

# Without sanitizers, which is what is to be measured. What is measured for
# instructions has no callbacks at its stores either.
build_model()
{
    make -s -C "$model" SANITIZE= O="$work/model" TREE="$TOP/$TREE_DIR/ours" \
        XEN_SRC="$TOP/$SRC_DIR/xen" "$@"
}

say "building the model, with our Xen and with stock in it"
build_model all > "$work/log" 2>&1 || die "the model was not built, see $work/log"
for xen in ours stock
do
    case $xen in
    ours) tree=$TOP/$TREE_DIR/ours ;;
    stock) tree=$TOP/$SRC_DIR/xen ;;
    esac
    build_model object OBJ="$work/model/$xen" SRC="$tree" >> "$work/log" 2>&1 &&
    build_model object OBJ="$work/model/$xen-plain" SRC="$tree" INSTRUMENT= >> "$work/log" 2>&1 ||
        die "$xen was not built for the model, see $work/log"
    # Stock cannot do all of it.
    "$work/model/model" -c "$work/model/$xen/under-test.so" > "$work/switches-$xen.txt" || :
done

# instructions XEN GENERATION STREAMS WHAT: of Xen's own code alone.
instructions()
{
    valgrind -q --tool=callgrind --callgrind-out-file="$work/callgrind.out" \
        --collect-atstart=no --toggle-collect="costs_$4" \
        "$work/model/model" -c -g "$2" -n "$3" "$work/model/$1-plain/under-test.so" \
        > "$work/callgrind.log" 2>&1 &
    child=$!
    wait "$child" || :
    child=
    # An object has its name where it is mentioned first, as callee (cob) or as
    # the place of what follows (ob). What follows "calls" is the callee's.
    awk '/^c?ob=/ {
             id = $1
             sub(/^c?ob=/, "", id)
             if ( NF > 1 )
                 name[id] = $2
         }
         /^ob=/ { ours = name[id] ~ /under-test\.so$/ }
         /^calls=/ { getline; next }
         /^[0-9+*-]/ && ours { sum += $2 }
         END { print sum + 0 }' "$work/callgrind.out"
}

: > "$work/instructions.txt"
for generation in v3 v2
do
    for streams in 1 2 8 128
    do
        say "instructions: SMMU$generation, $streams StreamIDs"
        line="$generation $streams"
        for what in join leave assign deassign
        do
            line="$line $(instructions ours "$generation" "$streams" "$what")"
        done
        for what in assign deassign
        do
            line="$line $(instructions stock "$generation" "$streams" "$what")"
        done
        echo "$line" >> "$work/instructions.txt"
    done
done
rm -f "$work/callgrind.out" "$work/callgrind.log"

say "the scan of the device tree"
make -s -C tools/tests/rmr SANITIZE= O="$work/scan" XEN_SRC="$TOP/$SRC_DIR/xen" \
    RMR_SRC="$TOP/xen/drivers/passthrough/arm/rmr" bench > "$work/scan.txt" 2>> "$work/log" ||
    die "the scan was not measured, see $work/log"

# lint NODES MASTERS: size of the tree, time, instructions and memory of xen-rmr.
lint()
{
    "$work/scan/bench-scan" tree "$1" "$2" > "$work/tree.dtb"
    start=$(date +%s%N)
    "$HOST_DIR/bin/xen-rmr" lint "$work/tree.dtb" > "$work/lint.txt"
    end=$(date +%s%N)
    valgrind --tool=callgrind --callgrind-out-file=/dev/null \
        "$HOST_DIR/bin/xen-rmr" lint "$work/tree.dtb" > "$work/lint.txt" 2> "$work/callgrind.log"
    valgrind --leak-check=no "$HOST_DIR/bin/xen-rmr" lint "$work/tree.dtb" > "$work/lint.txt" 2> "$work/heap.log"
    echo "$1 $2 $(wc -c < "$work/tree.dtb") $(((end - start) / 1000))" \
         "$(sed -n 's/.*Collected : //p' "$work/callgrind.log")" \
         "$(sed -n 's/.*frees, \([0-9,]*\) bytes allocated.*/\1/p' "$work/heap.log" | tr -d ,)"
}

say "xen-rmr on large trees"
make -s xen-rmr >> "$work/log" 2>&1 || die "xen-rmr was not built, see $work/log"
: > "$work/lint-of-trees.txt"
for size in "10 1" "100 1" "1000 1" "10000 1" "2000 10" "2000 100" "2000 1000"
do
    lint $size >> "$work/lint-of-trees.txt"
done
rm -f "$work/tree.dtb" "$work/lint.txt" "$work/callgrind.log" "$work/heap.log"

cat > "$work/plot.gp" <<END
set terminal pngcairo size 1200,480
set output "$work/figures.png"
set multiplot layout 1,2
set logscale xy
set grid
set key left top
set title "Scan at boot"
set xlabel "nodes (one master), or masters (2000 nodes)"
set ylabel "microseconds"
plot "< grep ^nodes $work/scan.txt" using 2:7 with linespoints title "nodes", \
     "< grep ^masters $work/scan.txt" using 2:7 with linespoints title "masters"
set title "SMMUv3: instructions of a switch"
set xlabel "StreamIDs"
set ylabel "instructions of Xen's code"
plot "< grep ^v3 $work/instructions.txt" using 2:3 with linespoints title "join", \
     "" using 2:4 with linespoints title "leave", \
     "" using 2:7 with linespoints title "stock: assign", \
     "" using 2:8 with linespoints title "stock: deassign"
END
gnuplot "$work/plot.gp" || die "gnuplot made no picture, see $work/plot.gp"

{
    echo "Counts of a switch, our Xen (an RMR master's join and leave; an ordinary master's assign and deassign):"
    cat "$work/switches-ours.txt"
    echo
    echo "The same of stock Xen:"
    cat "$work/switches-stock.txt"
    echo
    echo "Instructions of Xen's own code (ratio to stock's assign or deassign):"
    awk 'function ratio(a, b) { return b ? sprintf("%.2f", a / b) : "-" }
         BEGIN { printf "%-5s %9s %16s %16s %14s %16s\n", "SMMU", "StreamIDs", "join", "leave", "stock assign", "stock deassign" }
         { printf "%-5s %9d %8d (%5s) %8d (%5s) %14s %16s\n", $1, $2, $3, ratio($3, $7), $4, ratio($4, $8), $7, $8 }' \
        "$work/instructions.txt"
    echo
    echo "Scan of the device tree:"
    cat "$work/scan.txt"
    echo
    echo "xen-rmr lint of such trees (all it does, from start to end):"
    awk 'BEGIN { printf "%6s %8s %10s %12s %14s %14s\n", "nodes", "masters", "bytes", "microseconds", "instructions", "bytes of heap" }
         { printf "%6d %8d %10d %12d %14s %14s\n", $1, $2, $3, $4, $5, $6 }' "$work/lint-of-trees.txt"
} > "$work/figures.txt"
cat "$work/figures.txt"
say "figures: $BENCH_DIR/figures.txt, $BENCH_DIR/figures.png"
