"""What pages cost RapidOCR at its defaults, on one thread: behind `make bench`. It stops at raw text.

usage: bench_rapidocr.py FILE...; prints the same JSON object as the program `bench_pages`, without stages
"""

import json
import logging
import sys
import time
from pathlib import Path


def main(files):
    start = time.process_time()
    from rapidocr import RapidOCR  # its imports are part of its load

    engine = RapidOCR(params={"EngineConfig.onnxruntime.intra_op_num_threads": 1,
                              "EngineConfig.onnxruntime.inter_op_num_threads": 1})
    load = time.process_time() - start
    logging.disable(logging.INFO)
    if files:
        engine(files[0])
    pages = {}
    for file in files:
        start = time.process_time()
        engine(file)
        pages[Path(file).name] = time.process_time() - start
    print(json.dumps({"engine": "RapidOCR", "load": load, "pages": pages}))


if __name__ == "__main__":
    main(sys.argv[1:])
