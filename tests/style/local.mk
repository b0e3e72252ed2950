# The rules of docs/architecture.md and CONTRIBUTING.md, held by tests.

script_tests += \
	tests/style/build_lists.py \
	tests/style/exports.sh \
	tests/style/headers.sh \
	tests/style/house_rules.py \
	tests/style/layers.py

EXTRA_DIST += tests/style/source_tree.py
