#!/bin/sh
# One file to its Report, with curl: API=https://... KEY=... sh read.sh invoice.pdf
set -eu
file=$1
auth="Authorization: Bearer $KEY"
size=$(wc -c < "$file" | tr -d ' ')

# Small enough for a request: the Report is the answer.
if [ "$size" -le 4000000 ]; then
    exec curl -sS --data-binary "@$file" -H "$auth" -H "Content-Type: application/octet-stream" "$API/v1/invoices"
fi

# Larger: a link, the file, and then the Report as soon as there is one.
link=$(curl -sSf -H "$auth" -H "Content-Type: application/json" "$API/v1/uploads" \
    -d "{\"name\": \"$(basename "$file")\", \"size\": $size}")
of() { printf '%s' "$link" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
curl -sSf -X PUT --upload-file "$file" -H "Content-Type: $(of content-type)" "$(of url)"
while :; do
    answer=$(curl -sS -w '\n%{http_code}' -H "$auth" "$API$(of location)")
    [ "${answer##*
}" = 202 ] || break
    sleep 2
done
printf '%s\n' "${answer%
*}"
