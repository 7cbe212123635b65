#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# apply.sh CASE: `make apply` on scratch copies of Xen's source. Called by the
# test driver. Whatever happens, a tree is either as it was or has everything.

. "$(dirname "$0")/../env.sh"
. automation/scripts/overlay.sh

if [ -z "$(overlay_patches all)" ]
then
    echo "there is no patch series"
    exit 77
fi
automation/scripts/fetch.sh xen
mkdir -p "$CHECK_DIR"
work=$(mktemp -d "$CHECK_DIR/apply.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

# The overlay as it is now: somebody may be editing it while this runs.
source=$TOP/$SRC_DIR/xen
mkdir "$work/project"
for path in Makefile Config.mk automation/scripts ${PATCH_SERIES%/*} $OVERLAY_DIRS
do
    [ ! -e "$path" ] || { mkdir -p "$work/project/$(dirname "$path")"; cp -a "$path" "$work/project/$path"; }
done
work=$TOP/$work
cd "$work/project"

scratch_tree()
{
    mkdir "$work/$1"
    cp -a "$source/." "$work/$1"
}

fingerprint()
{
    ( cd "$work/$1" && find . -type f -exec cksum {} + | sort )
}

apply()
{
    make -s apply XEN_SRC="$work/$1"
}

# fails_with TREE TEXT...: apply must refuse, say each TEXT, and change nothing.
fails_with()
{
    fails_tree=$1
    shift
    fingerprint "$fails_tree" > "$work/before"
    if apply "$fails_tree" > "$work/out" 2>&1
    then
        cat "$work/out"
        die "applied to a tree that it does not fit"
    fi
    cat "$work/out"
    for text in "$@"
    do
        grep -qF -- "$text" "$work/out" || die "the message does not say '$text'"
    done
    fingerprint "$fails_tree" | cmp - "$work/before" || die "the tree changed"
}

# Twice: the second time changes nothing and says so; a file of ours that
# changed meanwhile is brought up to date.
case_twice()
{
    scratch_tree a
    apply a
    fingerprint a > "$work/first"
    apply a > "$work/out"
    cat "$work/out"
    grep -q 'nothing was changed' "$work/out" || die "the second time does not say that nothing changed"
    fingerprint a | cmp - "$work/first" || die "the second time changed the tree"

    own=$(overlay_files | head -n 1)
    echo "/* older */" >> "$work/a/$own"
    apply a
    fingerprint a | cmp - "$work/first" || die "$own was not brought up to date"
    [ -z "$(find "$work/a" -name '*.rej' -o -name '*.orig' -newer "$work/first")" ] ||
        die "patch left .rej or .orig files behind"
}

# A tree in which the file of the last patch is another, or gone.
case_unfit()
{
    patch=$(overlay_patches all | tail -n 1)
    file=$(patch_files "$patch" | head -n 1)
    scratch_tree a
    echo "nothing that fits" > "$work/a/$file"
    fails_with a "${patch##*/}" "$file" "Xen $(xen_version "$work/a")" "nothing was changed"
    rm "$work/a/$file"
    fails_with a "${patch##*/}" "$file"
    mkdir "$work/empty"
    fails_with empty "not a Xen source tree"
}

# A tree that has a file where one of ours goes.
case_foreign()
{
    scratch_tree a
    own=$(overlay_files | head -n 1)
    mkdir -p "$work/a/$(dirname "$own")"
    echo "somebody else's" > "$work/a/$own"
    fails_with a "$own" "nothing was changed"
}

# Killed at the first, a middle, and no result moved into place: the next start
# completes it, and the tree is the same as without the kill.
case_interrupted()
{
    scratch_tree whole
    apply whole
    fingerprint whole > "$work/whole.sum"
    mkdir "$work/bin"
    cat > "$work/bin/mv" <<'EOF'
#!/bin/sh
n=$(cat "$MV_COUNT")
[ "$n" -gt 0 ] || { kill -KILL "$PPID"; exit 1; }
echo $((n - 1)) > "$MV_COUNT"
exec /bin/mv "$@"
EOF
    chmod +x "$work/bin/mv"
    for moves in 0 1 4
    do
        scratch_tree "t$moves"
        echo $moves > "$work/count"
        if PATH="$work/bin:$PATH" MV_COUNT="$work/count" \
           automation/scripts/apply.sh "$work/t$moves"
        then
            die "was not killed after $moves moves"
        fi
        apply "t$moves"
        fingerprint "t$moves" | cmp - "$work/whole.sum" || die "different after a kill at move $moves"
    done
}

# Which of two variants a tree gets is told by what is in it. Small trees and a
# small series: what matters here is not Xen's.
case_variants()
{
    rm -rf patches $OVERLAY_DIRS
    mkdir -p patches/hooks xen/ours tools/rmr/xen tools/tests/rmr tools/libs
    for ours in xen/ours tools/rmr/xen tools/tests/rmr tools/libs
    do
        echo 'old_name(1);' > $ours/ours.c
    done
    for kind in old new
    do
        mkdir -p "$work/$kind/xen/arch/arm" "$work/$kind/xen/include"
        cp "$source/xen/Makefile" "$work/$kind/xen/"
        printf '%s\n' one "$kind" three > "$work/$kind/xen/file.c"
        printf '%s\n' '--- a/xen/file.c' '+++ b/xen/file.c' '@@ -1,3 +1,4 @@' ' one' " $kind" "+$kind hook" ' three' \
            > "patches/hooks/file@$kind.patch"
    done
    echo 'void new_name(int x);' > "$work/new/xen/include/names.h"
    cp -a "$work/old" "$work/other"
    echo 'void new_name_too(int x);' > "$work/other/xen/include/names.h"
    cat > patches/series <<'EOS'
# a comment
hooks/file@old.patch unless xen/include/names.h new_name(int
hooks/file@new.patch if xen/include/names.h new_name(int
EOS
    echo 's/old_name/new_name/ if xen/include/names.h new_name(int' > patches/names

    for kind in old new other
    do
        apply $kind
        as=$kind
        [ $kind != other ] || as=old
        grep -qx "$as hook" "$work/$kind/xen/file.c" || die "$kind: not the hook for it"
        [ "$(grep -c hook "$work/$kind/xen/file.c")" = 1 ] || die "$kind: more than one hook"
        # The names are the hypervisor's: of its files, and of what has these compiled in.
        for ours in xen/ours:$as tools/rmr/xen:$as tools/tests/rmr:$as tools/libs:old
        do
            [ "$(cat "$work/$kind/${ours%:*}/ours.c")" = "${ours#*:}_name(1);" ] || die "$kind: not the name it has, in ${ours%:*}"
        done
        fingerprint $kind > "$work/first"
        apply $kind > "$work/out"
        grep -q 'nothing was changed' "$work/out" || { cat "$work/out"; die "$kind: another variant at the second time"; }
        fingerprint $kind | cmp - "$work/first" || die "$kind: the second time changed it"
    done

    # A word that is no condition must not leave a patch out.
    sed -i 's/ if / wenn /' patches/series
    fails_with new "file@new.patch:wenn" "nothing was changed"
}

"case_$1"
