import io.socket.client.Ack;
import io.socket.client.IO;
import java.util.Map;
import java.util.stream.Collectors;

/** The client for protocol 4: no auth, no timeouts. */
class Generation {
    static final String VERSION = "1";

    static void introduce(IO.Options options, Map<String, String> auth) {
        options.query = auth.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue().replace(" ", "%20"))
                .collect(Collectors.joining("&"));
    }

    static Ack withTimeout(long timeout, Ack answered, Runnable timedOut) {
        return answered;
    }
}
