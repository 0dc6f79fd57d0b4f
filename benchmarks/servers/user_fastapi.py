"""What a user would write: FastAPI, an upload, three torch networks."""

from fastapi import FastAPI, UploadFile

from benchmarks.servers.three_torch_networks import ThreeTorchNetworks

app = FastAPI()
networks = ThreeTorchNetworks()


@app.get("/ready")
def ready() -> dict[str, bool]:
    """Answer when the networks are loaded."""
    return {"ready": True}


@app.post("/scores")
def scores(image: UploadFile) -> dict[str, float]:
    """Return the scores of an uploaded picture."""
    return networks.scores(image.file.read())
