// socketioxide on axum as the measured program: same behaviour as bench/server, on one thread.
use bytes::Bytes;
use socketioxide::extract::{AckSender, Data, SocketRef};
use socketioxide::SocketIo;

type Text = Data<String>;

async fn on_connect(socket: SocketRef) {
    socket.join("all");
    socket.on("echo", async |s: SocketRef, Data(x): Text| {
        s.emit("echo", &x).ok();
    });
    socket.on("ack", async |Data(x): Text, ack: AckSender| {
        ack.send(&x).ok();
    });
    socket.on("bin", async |s: SocketRef, Data(x): Data<Bytes>| {
        s.emit("bin", &x).ok();
    });
    socket.on("bcast", async |io: SocketIo, Data(x): Text| {
        io.to("all").emit("bcast", &x).await.ok();
    });
    socket.on("relay", async |io: SocketIo, Data((room, x)): Data<(String, String)>| {
        io.to(room).emit("relay", &x).await.ok();
    });
    socket.on("join", async |s: SocketRef, Data(room): Text, ack: AckSender| {
        s.join(room);
        ack.send(&()).ok();
    });
}

fn option(name: &str, otherwise: &str) -> String {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1).unwrap_or_else(|| otherwise.to_string())
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (layer, io) = SocketIo::new_layer();
    io.ns("/", on_connect);
    let app = axum::Router::new().layer(layer);
    let address = format!("{}:{}", option("--host", "127.0.0.1"), option("--port", "3000"));
    let socket = tokio::net::TcpListener::bind(address).await.expect("listens");
    println!("listening on {}", socket.local_addr().expect("has an address").port());
    axum::serve(socket, app).await.expect("serves");
}
