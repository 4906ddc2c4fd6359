EXTRA_DIST += \
	examples/chat/README.md \
	examples/chat/package.json \
	examples/chat/package-lock.json \
	examples/chat/public/chat.js \
	examples/chat/public/conversation.js \
	examples/chat/public/dom.js \
	examples/chat/public/index.html \
	examples/chat/public/log.js \
	examples/chat/public/panels.js \
	examples/chat/public/session.js \
	examples/chat/public/style.css \
	examples/chat/public/view.js
