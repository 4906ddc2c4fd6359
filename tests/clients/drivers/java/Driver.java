// Java's client, both generations; Generation has what differs. README.md in the folder above has the protocol.

import io.socket.client.Ack;
import io.socket.client.IO;
import io.socket.client.Socket;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;

public class Driver {
    static final String[] EVENTS = {"echo", "answer", "question", "bytes", "last words", "news"};

    private final Map<String, Socket> sockets = new HashMap<>();

    private static void tell(JSONObject message) {
        byte[] line = (message + "\n").getBytes(StandardCharsets.UTF_8);
        synchronized (System.out) {
            System.out.write(line, 0, line.length);
            System.out.flush();
        }
    }

    private static void tell(Object id, String is, Object... more) {
        try {
            JSONObject message = new JSONObject().put("id", id).put("is", is);
            for (int i = 0; i < more.length; i += 2) {
                message.put((String) more[i], more[i + 1]);
            }
            tell(message);
        } catch (JSONException error) {
            throw new IllegalStateException(error);
        }
    }

    private static Object toRunner(Object value) throws JSONException {
        if (value instanceof byte[]) {
            return new JSONObject().put("$bytes", Base64.getEncoder().encodeToString((byte[]) value));
        }
        if (value instanceof JSONArray) {
            JSONArray array = new JSONArray();
            for (int i = 0; i < ((JSONArray) value).length(); i++) {
                array.put(toRunner(((JSONArray) value).get(i)));
            }
            return array;
        }
        if (value instanceof JSONObject) {
            JSONObject object = new JSONObject();
            for (Iterator<?> keys = ((JSONObject) value).keys(); keys.hasNext();) {
                String key = (String) keys.next();
                object.put(key, toRunner(((JSONObject) value).get(key)));
            }
            return object;
        }
        return value == null ? JSONObject.NULL : value;
    }

    private static JSONArray toRunner(Object[] args) {
        try {
            JSONArray array = new JSONArray();
            for (Object arg : args) {
                array.put(toRunner(arg));
            }
            return array;
        } catch (JSONException error) {
            throw new IllegalStateException(error);
        }
    }

    private static Object fromRunner(Object value) throws JSONException {
        if (value instanceof JSONArray) {
            JSONArray array = new JSONArray();
            for (int i = 0; i < ((JSONArray) value).length(); i++) {
                array.put(fromRunner(((JSONArray) value).get(i)));
            }
            return array;
        }
        if (!(value instanceof JSONObject)) {
            return value;
        }
        JSONObject object = (JSONObject) value;
        if (object.has("$bytes")) {
            return Base64.getDecoder().decode(object.getString("$bytes"));
        }
        JSONObject result = new JSONObject();
        for (Iterator<?> keys = object.keys(); keys.hasNext();) {
            String key = (String) keys.next();
            result.put(key, fromRunner(object.get(key)));
        }
        return result;
    }

    private static Map<String, String> texts(JSONObject object) throws JSONException {
        Map<String, String> map = new HashMap<>();
        for (Iterator<?> keys = object.keys(); keys.hasNext();) {
            String key = (String) keys.next();
            map.put(key, object.getString(key));
        }
        return map;
    }

    private static IO.Options optionsOf(JSONObject order) throws JSONException {
        IO.Options options = new IO.Options();
        String transport = order.getString("transport");
        options.transports = transport.equals("upgrade") ? new String[] {"polling", "websocket"} : new String[] {transport};
        options.forceNew = true;
        options.reconnection = order.getBoolean("reconnects");
        options.reconnectionDelay = 100;
        options.reconnectionDelayMax = 500;
        options.timeout = order.getLong("limit");
        Generation.introduce(options, texts(order.getJSONObject("auth")));
        return options;
    }

    private static void refused(String id, Object[] args) {
        Object error = args.length > 0 ? args[0] : "";
        String message = error instanceof Throwable ? ((Throwable) error).getMessage() : null;
        Object data = JSONObject.NULL;
        if (error instanceof JSONObject) {
            message = ((JSONObject) error).optString("message");
            data = ((JSONObject) error).opt("data");
        }
        tell(id, "connect_error", "message", message == null ? String.valueOf(error) : message, "data", data == null ? JSONObject.NULL : data);
    }

    /** A question is answered, unless it asks for silence. */
    private static void hear(String id, String event, Object[] args) {
        Ack ack = args.length > 0 && args[args.length - 1] instanceof Ack ? (Ack) args[args.length - 1] : null;
        Object[] values = ack == null ? args : java.util.Arrays.copyOf(args, args.length - 1);
        tell(id, "event", "event", event, "args", toRunner(values));
        if (event.equals("question") && ack != null && !"silence".equals(values[0])) {
            Object[] reply = new Object[values.length + 1];
            reply[0] = "reply";
            System.arraycopy(values, 0, reply, 1, values.length);
            ack.call(reply);
        }
    }

    private void connect(JSONObject order) throws Exception {
        String id = order.getString("id");
        Socket socket = IO.socket(order.getString("url") + order.getString("namespace"), optionsOf(order));
        sockets.put(id, socket);
        socket.on("connect", args -> tell(id, "connect"));
        socket.on("connect_error", args -> refused(id, args));
        socket.on("error", args -> refused(id, args));
        socket.on("disconnect", args -> tell(id, "disconnect", "reason", args[0]));
        for (String event : EVENTS) {
            socket.on(event, args -> hear(id, event, args));
        }
        socket.connect();
    }

    private void emit(JSONObject order) throws JSONException {
        Socket socket = sockets.get(order.getString("id"));
        JSONArray given = order.getJSONArray("args");
        boolean wantsAck = order.has("ack");
        Object[] args = new Object[given.length()];
        for (int i = 0; i < args.length; i++) {
            args[i] = fromRunner(given.get(i));
        }
        if (wantsAck) {
            socket.emit(order.getString("event"), args, ackOf(order));
        } else {
            socket.emit(order.getString("event"), args);
        }
    }

    private static Ack ackOf(JSONObject order) throws JSONException {
        Object id = order.get("id"), ack = order.get("ack");
        Ack answered = reply -> tell(id, "ack", "ack", ack, "args", toRunner(reply));
        return order.has("timeout") ? Generation.withTimeout(order.getLong("timeout"), answered, () -> tell(id, "ack timeout", "ack", ack)) : answered;
    }

    private void carryOut(JSONObject order) throws Exception {
        switch (order.getString("do")) {
            case "connect":
                connect(order);
                break;
            case "emit":
                emit(order);
                break;
            default:
                sockets.get(order.getString("id")).disconnect();
        }
    }

    public static void main(String[] args) throws Exception {
        Logger.getLogger("").setLevel(Level.OFF);
        Driver driver = new Driver();
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        tell(new JSONObject().put("is", "ready").put("version", Generation.VERSION));
        for (String line = orders.readLine(); line != null; line = orders.readLine()) {
            driver.carryOut(new JSONObject(line));
        }
        System.exit(0);
    }
}
