import { Component } from '@angular/core';
import { RouterOutlet } from '@angular/router';

/** The root: only the place for the current screen. */
@Component({ selector: 'll-app', imports: [RouterOutlet], template: `<router-outlet />` })
export class App {}
