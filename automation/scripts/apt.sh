# SPDX-License-Identifier: GPL-2.0-only
#
# Sourced by deps.sh and fetch.sh: private apt configurations, each a folder
# under build/apt with lists, cache and sources of its own. Mirrors and keys
# are those the system itself uses; the system's sources, lists and
# architectures are only read.

DEBIAN_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# The system's binary sources with component main, one per line: URI SUITE KEY.
# Reads both formats: one-line (*.list) and deb822 (*.sources).
apt_system_sources()
{
    eval "$(apt-config shell apt_list Dir::Etc::sourcelist/f \
                             apt_parts Dir::Etc::sourceparts/d)"
    for apt_file in "${apt_list:-}" "${apt_parts:-}"/*.list
    do
        [ ! -f "$apt_file" ] || apt_read_oneline "$apt_file"
    done
    for apt_file in "${apt_parts:-}"/*.sources
    do
        [ ! -f "$apt_file" ] || apt_read_deb822 "$apt_file"
    done
}

apt_read_oneline()
{
    awk -v keyring="$DEBIAN_KEYRING" '
        { sub(/#.*/, "") }
        $1 != "deb" { next }
        {
            key = keyring
            if ( match($0, /\[[^]]*\]/) )
            {
                options = substr($0, RSTART + 1, RLENGTH - 2)
                $0 = substr($0, 1, RSTART - 1) substr($0, RSTART + RLENGTH)
                n = split(options, option, " ")
                for ( i = 1; i <= n; i++ )
                    if ( option[i] ~ /^signed-by=\// )
                        key = substr(option[i], 11)
            }
            for ( i = 4; i <= NF; i++ )
                if ( $i == "main" && $2 !~ /^cdrom:/ )
                    print $2, $3, key
        }' "$1"
}

apt_read_deb822()
{
    awk -v keyring="$DEBIAN_KEYRING" '
        function stanza(    u, s, nu, ns, uri, suite, key)
        {
            key = field["signed-by"] ~ /^ *\// ? field["signed-by"] : keyring
            gsub(/ /, "", key)
            if ( (" " field["types"] " ") ~ / deb / &&
                 (" " field["components"] " ") ~ / main / &&
                 field["enabled"] !~ /no|false|0/ )
            {
                nu = split(field["uris"], uri, " ")
                ns = split(field["suites"], suite, " ")
                for ( u = 1; u <= nu; u++ )
                    for ( s = 1; s <= ns; s++ )
                        if ( uri[u] !~ /^cdrom:/ )
                            print uri[u], suite[s], key
            }
            split("", field)
        }
        /^#/ { next }
        /^[ \t]*$/ { stanza(); next }
        /^[^ \t]/ { name = tolower($0); sub(/:.*/, "", name); sub(/^[^:]*:/, "") }
        { gsub(/\t/, " "); field[name] = field[name] " " $0 }
        END { stanza() }' "$1"
}

# apt_private NAME ARCH TYPES SUITE...: makes the configuration build/apt/NAME
# and prints the path of its apt.conf. SUITE... are suites of the main archive.
apt_private()
{
    apt_dir=$TOP/$APT_DIR/$1
    apt_arch=$2
    apt_types=$3
    shift 3

    apt_codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    apt_system_sources > "$TOP/$APT_DIR/system.$$" || true
    apt_archive=$(awk -v own="$apt_codename" '
        $2 == own || $2 ~ /^(old)*stable$|^testing$|^unstable$|^sid$/ { print $1, $3; exit }' \
        "$TOP/$APT_DIR/system.$$")
    apt_security=$(awk '$2 ~ /-security$/ { print $1, $2, $3; exit }' "$TOP/$APT_DIR/system.$$")
    rm -f "$TOP/$APT_DIR/system.$$"
    [ -n "$apt_archive" ] ||
        die "no mirror of Debian ($apt_codename main) stands in the system's apt sources;" \
            "nothing can be fetched. Add one, for example with apt edit-sources, and start again."

    mkdir -p "$apt_dir/lists/partial" "$apt_dir/cache/archives/partial"
    {
        printf 'Types: %s\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' \
               "$apt_types" "${apt_archive% *}" "$*" "${apt_archive#* }"
        case "$apt_types/$apt_security" in
        deb/?*)
            # Versions from the security archive may be installed already.
            echo "$apt_security" | {
                read -r apt_uri apt_suite apt_key
                printf '\nTypes: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' \
                       "$apt_uri" "$apt_suite" "$apt_key"
            } ;;
        esac
    } > "$apt_dir/private.sources.new"
    if cmp -s "$apt_dir/private.sources.new" "$apt_dir/private.sources"
    then
        rm -f "$apt_dir/private.sources.new"
    else
        rm -f "$apt_dir/updated"
        mv "$apt_dir/private.sources.new" "$apt_dir/private.sources"
    fi

    cat > "$apt_dir/apt.conf" <<EOF
Dir::State::Lists "$apt_dir/lists";
Dir::Cache "$apt_dir/cache";
Dir::Etc::SourceList "$apt_dir/private.sources";
Dir::Etc::SourceParts "-";
APT::Architecture "$apt_arch";
APT::Architectures { "$apt_arch"; };
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Retries "3";
EOF
    echo "$apt_dir/apt.conf"
}

# apt_update CONF: fills the lists of a private configuration once. Lists of a
# cut-off update are not marked as filled.
apt_update()
{
    [ -f "${1%/*}/updated" ] && return
    say "reading the package lists of $(sed -n 's/^Suites: //p' "${1%/*}/private.sources" | tr '\n' ' ')(private, under $APT_DIR)"
    apt-get -q -q -c "$1" update ||
        die "apt-get update of the private lists failed; what is missing cannot be fetched now"
    : > "${1%/*}/updated"
}
