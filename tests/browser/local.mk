EXTRA_DIST += \
	tests/browser/chat.test.mjs \
	tests/browser/server.mjs \
	tests/browser/package.json \
	tests/browser/package-lock.json

# Needs node, npm and Debian's chromium; node_modules go beside package.json, as everywhere in npm.
.PHONY: check-browser
check-browser: examples/chat/chat
	cd $(srcdir)/examples/chat && { test -d node_modules || npm ci --no-audit --no-fund; }
	cd $(srcdir)/tests/browser && { test -d node_modules || npm ci --no-audit --no-fund; }
	top_builddir=$(abs_top_builddir) node $(srcdir)/tests/browser/chat.test.mjs
