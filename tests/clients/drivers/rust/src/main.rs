//! Rust's client. README.md in the folder above has the protocol. It tells a client's end but not why, can't answer
//! the server's events, and sends bytes alone.

use base64::{engine::general_purpose::STANDARD, Engine};
use rust_socketio::client::Client;
use rust_socketio::{ClientBuilder, Event, Payload, TransportType};
use serde_json::{json, Value};
use std::collections::HashMap;
use std::io::{BufRead, Write};
use std::sync::mpsc::{channel, Receiver, Sender};
use std::time::Duration;

const EVENTS: [&str; 6] = ["echo", "answer", "question", "bytes", "last words", "news"];

/// Longer than any scenario waits: nobody is told of an acknowledgement that comes too late.
const ACK_LIMIT: Duration = Duration::from_secs(600);

fn tell(message: Value) {
    let mut output = std::io::stdout().lock();
    let _ = writeln!(output, "{message}");
    let _ = output.flush();
}

fn to_runner(payload: Payload) -> Value {
    match payload {
        Payload::Binary(bytes) => json!([{ "$bytes": STANDARD.encode(bytes) }]),
        Payload::Text(values) => Value::Array(values),
        #[allow(deprecated)]
        Payload::String(text) => json!([text]),
    }
}

fn from_runner(args: &Value) -> Payload {
    match args[0]["$bytes"].as_str() {
        Some(text) => Payload::Binary(STANDARD.decode(text).unwrap_or_default().into()),
        None => Payload::Text(args.as_array().cloned().unwrap_or_default()),
    }
}

/// An acknowledgement's arguments come as one, an array.
fn reply(payload: Payload) -> Value {
    match to_runner(payload) {
        Value::Array(values) if values.len() == 1 && values[0].is_array() => values[0].clone(),
        other => other,
    }
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_string()
}

fn transport_of(order: &Value) -> TransportType {
    match order["transport"].as_str() {
        Some("polling") => TransportType::Polling,
        Some("websocket") => TransportType::Websocket,
        _ => TransportType::WebsocketUpgrade,
    }
}

fn builder_of(order: &Value) -> ClientBuilder {
    let id = text(order, "id");
    let said = |what: &'static str| {
        let id = id.clone();
        move |_: Payload, _| tell(json!({ "id": id, "is": what }))
    };
    let refused = id.clone();
    let mut builder = ClientBuilder::new(text(order, "url"))
        .namespace(text(order, "namespace"))
        .transport_type(transport_of(order))
        .auth(order["auth"].clone())
        .reconnect(order["reconnects"].as_bool().unwrap_or(false))
        .reconnect_delay(100, 500)
        .on(Event::Connect, said("connect"))
        .on(Event::Close, said("disconnect"))
        .on(Event::Error, move |payload: Payload, _| {
            tell(json!({ "id": refused, "is": "connect_error", "message": to_runner(payload)[0] }))
        });
    // An event without arguments comes as a message with its name.
    let nameless = id.clone();
    builder = builder.on(Event::Message, move |payload: Payload, _| {
        tell(json!({ "id": nameless, "is": "event", "event": to_runner(payload)[0], "args": [] }))
    });
    for event in EVENTS {
        let id = id.clone();
        builder = builder.on(event, move |payload: Payload, _| {
            tell(json!({ "id": id, "is": "event", "event": event, "args": to_runner(payload) }))
        });
    }
    builder
}

fn emit(client: &Client, order: &Value) -> Result<(), rust_socketio::Error> {
    let event = text(order, "event");
    let payload = from_runner(&order["args"]);
    if order["ack"].is_null() {
        return client.emit(event, payload);
    }
    let (id, ack) = (text(order, "id"), order["ack"].clone());
    client.emit_with_ack(event, payload, ACK_LIMIT, move |payload: Payload, _| {
        tell(json!({ "id": id, "is": "ack", "ack": ack, "args": reply(payload) }))
    })
}

/// A thread for each client, because its calls wait.
fn serve(first: Value, orders: Receiver<Value>) {
    let client = match builder_of(&first).connect() {
        Ok(client) => client,
        Err(error) => {
            return tell(json!({ "id": first["id"], "is": "connect_error", "message": error.to_string() }))
        }
    };
    for order in orders {
        let done = match order["do"].as_str() {
            Some("emit") => emit(&client, &order),
            _ => client.disconnect(),
        };
        if let Err(error) = done {
            eprintln!("{order}: {error}");
        }
    }
}

fn main() {
    let mut clients: HashMap<String, Sender<Value>> = HashMap::new();
    tell(json!({ "is": "ready", "version": "0.6" }));
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { return };
        let Ok(order) = serde_json::from_str::<Value>(&line) else { continue };
        let id = text(&order, "id");
        if order["do"] == "connect" {
            let (sender, receiver) = channel();
            clients.insert(id, sender);
            std::thread::spawn(move || serve(order, receiver));
        } else if let Some(sender) = clients.get(&id) {
            let _ = sender.send(order);
        }
    }
}
