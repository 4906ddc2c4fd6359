EXTRA_DIST += \
	scripts/.shellcheckrc \
	scripts/build.sh \
	scripts/common.sh \
	scripts/demo.sh \
	scripts/install-deps.sh \
	scripts/stage.sh \
	scripts/stages.sh \
	scripts/test.sh
