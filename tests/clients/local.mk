# The matrix of clients; its scenario server is tests/interop/twin. Drivers are built by build-driver.sh, outside of make.
EXTRA_DIST += \
	tests/clients/build-driver.sh \
	tests/clients/drivers/README.md \
	tests/clients/drivers/browser.mjs \
	tests/clients/drivers/client.py \
	tests/clients/drivers/core.cjs \
	tests/clients/drivers/go/go.mod \
	tests/clients/drivers/go/go.sum \
	tests/clients/drivers/go/main.go \
	tests/clients/drivers/java/Driver.java \
	tests/clients/drivers/java/pom.xml \
	tests/clients/drivers/java/v1/Generation.java \
	tests/clients/drivers/java/v2/Generation.java \
	tests/clients/drivers/node.cjs \
	tests/clients/drivers/requirements.txt \
	tests/clients/drivers/rust/Cargo.lock \
	tests/clients/drivers/rust/Cargo.toml \
	tests/clients/drivers/rust/src/main.rs \
	tests/clients/lib/chat.mjs \
	tests/clients/lib/clients.mjs \
	tests/clients/lib/context.mjs \
	tests/clients/lib/driver.mjs \
	tests/clients/lib/lane.mjs \
	tests/clients/lib/partners.mjs \
	tests/clients/lib/proxies.mjs \
	tests/clients/lib/reporter.mjs \
	tests/clients/lib/scenarios.mjs \
	tests/clients/lib/servers.mjs \
	tests/clients/lib/table.mjs \
	tests/clients/package-lock.json \
	tests/clients/package.json \
	tests/clients/proxies.mjs \
	tests/clients/run.mjs
