import { describe, expect, it } from "vitest";
import { startScriptedServer } from "../import-api/scripted-server.ts";
import { bookmark, getBookmark, jsonline, post, record, useStack } from "./local-stack.ts";
