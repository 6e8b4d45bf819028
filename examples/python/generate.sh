#!/bin/sh
# Makes the Python stubs of the contract again, and the copy of mockmd/ that
# `mockmd plugin new -lang python` writes. The stubs must be made by Debian 12's
# compiler, so that they run with Debian 12's packages and all later ones:
#   apt-get install protobuf-compiler protobuf-compiler-grpc libprotobuf-dev
set -eu
cd "$(dirname "$0")"
contract=../../sdk/proto
if [ -d $contract ]; then
	plugin=$(command -v grpc_python_plugin || true)
	case "$(protoc --version 2>/dev/null || true)" in
	"libprotoc 3.21."*) ;;
	*) plugin= ;;
	esac
	if [ -n "$plugin" ]; then
		protoc --proto_path=$contract --proto_path=/usr/include --plugin=protoc-gen-grpc_python="$plugin" \
			--python_out=. --grpc_python_out=. mockmd/plugin/v1/plugin.proto
	else
		echo "examples/python: the stubs stay as they are, for there is no protoc 3.21 with grpc_python_plugin" >&2
	fi
fi
template=../../core/scaffold/templates/python/mockmd
rm -rf "$template"
mkdir -p "$template"
find mockmd -name '*.py' | while read -r file; do
	mkdir -p "$(dirname "$template/../$file")"
	cp "$file" "$template/../$file"
done
