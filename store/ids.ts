import mongoose from 'mongoose';

/** A new id: 24 hexadecimal digits that grow with time. */
export function newId(): string {
  return new mongoose.Types.ObjectId().toHexString();
}
