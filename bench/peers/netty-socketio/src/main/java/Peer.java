// netty-socketio as the measured program: same behaviour as bench/server, one thread for input and output.
import com.corundumstudio.socketio.AckRequest;
import com.corundumstudio.socketio.Configuration;
import com.corundumstudio.socketio.SocketIOClient;
import com.corundumstudio.socketio.SocketIOServer;
import com.corundumstudio.socketio.listener.MultiTypeEventListener;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.Arrays;

public final class Peer {
    private static SocketIOServer io;

    private Peer() {
    }

    private static String option(String[] arguments, String name, String otherwise) {
        int at = Arrays.asList(arguments).indexOf(name);
        return at >= 0 ? arguments[at + 1] : otherwise;
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0)) {
            return probe.getLocalPort();
        }
    }

    private static void join(SocketIOClient client, String room, AckRequest ack) {
        client.joinRoom(room);
        ack.sendAckData();
    }

    private static void addListeners() {
        MultiTypeEventListener relay = (client, arguments, ack) ->
            io.getRoomOperations((String) arguments.get(0)).sendEvent("relay", (String) arguments.get(1));

        io.addConnectListener(client -> client.joinRoom("all"));
        io.addEventListener("echo", String.class, (client, x, ack) -> client.sendEvent("echo", x));
        io.addEventListener("ack", String.class, (client, x, ack) -> ack.sendAckData(x));
        io.addEventListener("bin", byte[].class, (client, x, ack) -> client.sendEvent("bin", (Object) x));
        io.addEventListener("bcast", String.class, (client, x, ack) -> io.getRoomOperations("all").sendEvent("bcast", x));
        io.addEventListener("join", String.class, Peer::join);
        io.addMultiTypeEventListener("relay", relay, String.class, String.class);
    }

    public static void main(String[] arguments) throws IOException {
        Configuration configuration = new Configuration();
        int port = Integer.parseInt(option(arguments, "--port", "3000"));

        configuration.setHostname(option(arguments, "--host", "127.0.0.1"));
        configuration.setPort(port != 0 ? port : freePort());
        configuration.setBossThreads(1);
        configuration.setWorkerThreads(1);
        configuration.getSocketConfig().setTcpNoDelay(true);
        configuration.getSocketConfig().setAcceptBackLog(4096);
        io = new SocketIOServer(configuration);
        addListeners();
        io.start();
        System.out.println("listening on " + configuration.getPort());
    }
}
