"""GPUs, and NVIDIA's software for them."""
