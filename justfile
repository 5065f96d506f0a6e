# Short names for what the README says.
demo:
    cargo run --release -- demo

check:
    bash tests/run

bench:
    cargo build --release --bins
    target/release/cunshe --data target/bench bench

# Writes schemas/openapi.json anew from the code.
schemas:
    CUNSHE_WRITE_SCHEMAS=1 cargo nextest run --test it openapi
