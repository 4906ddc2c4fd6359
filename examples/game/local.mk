noinst_PROGRAMS += examples/game/game
examples_game_game_SOURCES = \
	examples/game/main.c \
	examples/game/events.c examples/game/events.h \
	examples/game/game.c examples/game/game.h \
	examples/game/lobby.c examples/game/lobby.h \
	examples/game/play.c examples/game/play.h \
	examples/game/player.c examples/game/player.h \
	examples/game/rules.c examples/game/rules.h
examples_game_game_LDADD = $(EXAMPLE_LIBS)

EXTRA_DIST += \
	examples/game/README.md \
	examples/game/public/board.js \
	examples/game/public/game.js \
	examples/game/public/index.html \
	examples/game/public/lobby.js \
	examples/game/public/style.css
