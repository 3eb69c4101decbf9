"""Turns a training checkpoint into the float16 .safetensors file that the C# builder makes the ONNX model from."""
import argparse

import torch

import safetensors
import students

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument('model', choices=students.NETWORKS)
parser.add_argument('checkpoint')
parser.add_argument('out')
options = parser.parse_args()
state = torch.load(options.checkpoint)
safetensors.save(options.out, students.save(students.scaled(state) if options.model == 'lpips' else state))
