EXTRA_DIST += \
	tests/browser/browser.mjs \
	tests/browser/chat.test.mjs \
	tests/browser/dashboard.test.mjs \
	tests/browser/document.test.mjs \
	tests/browser/document_typists.mjs \
	tests/browser/files.test.mjs \
	tests/browser/game.test.mjs \
	tests/browser/notify.test.mjs \
	tests/browser/rpc.test.mjs \
	tests/browser/redis.mjs \
	tests/browser/server.mjs \
	tests/browser/wire.mjs \
	tests/browser/package.json \
	tests/browser/package-lock.json

# Needs node, npm and Debian's chromium; node_modules go beside package.json, as everywhere in npm.
.PHONY: check-browser
check-browser: all
	cd $(srcdir)/examples/common && { test -d node_modules || npm ci --no-audit --no-fund; }
	cd $(srcdir)/tests/browser && { test -d node_modules || npm ci --no-audit --no-fund; }
	for file in $(srcdir)/tests/browser/*.test.mjs; do \
		top_builddir=$(abs_top_builddir) node $$file || exit; \
	done
