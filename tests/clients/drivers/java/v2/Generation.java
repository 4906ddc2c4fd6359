import io.socket.client.Ack;
import io.socket.client.AckWithTimeout;
import io.socket.client.IO;
import java.util.Map;

/** The client for protocol 5. */
class Generation {
    static final String VERSION = "2";

    static void introduce(IO.Options options, Map<String, String> auth) {
        options.auth = auth;
    }

    static Ack withTimeout(long timeout, Ack answered, Runnable timedOut) {
        return new AckWithTimeout(timeout) {
            @Override
            public void onSuccess(Object... reply) {
                answered.call(reply);
            }

            @Override
            public void onTimeout() {
                timedOut.run();
            }
        };
    }
}
