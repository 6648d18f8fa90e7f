#!/bin/sh
# Writes ca.pem: the certificate authorities that AWS endpoints use, and no others, so that the first TLS
# handshake of a cold start parses five certificates and not 140. Which they are:
# https://www.amazontrust.com/repository/
#
#   sh handlers/ca.sh [FOLDER]      FOLDER holds Mozilla's roots as Debian's ca-certificates installs them
set -eu
folder=${1:-/usr/share/ca-certificates/mozilla}
here=$(dirname "$0")
for name in Amazon_Root_CA_1 Amazon_Root_CA_2 Amazon_Root_CA_3 Amazon_Root_CA_4 \
    Starfield_Services_Root_Certificate_Authority_-_G2; do
    printf '# %s\n' "$(printf '%s' "$name" | tr _ ' ')"
    cat "$folder/$name.crt"
done >"$here/ca.pem.new"
mv "$here/ca.pem.new" "$here/ca.pem"
